using Rlaif.Coordinator;
using Rlaif.Evaluator;
using Rlaif.Generator;
using Rlaif.Hosting;
using Rlaif.Judge;
using Rlaif.PolicyOptimizer;
using Rlaif.Recipes;
using Rlaif.RewardTrainer;

namespace Rlaif.Cli.Running;

/// <summary>The services of a deployment, by name.</summary>
internal static class AllServices
{
    public static readonly IReadOnlyList<ServiceModule> Modules =
    [
        CoordinatorService.Module, GeneratorService.Module, JudgeService.Module,
        RewardTrainerService.Module, PolicyOptimizerService.Module, EvaluatorService.Module,
    ];

    public static IReadOnlyList<string> Names { get; } = [.. Modules.Select(module => module.Name)];

    /// <exception cref="InputException">No such service.</exception>
    public static ServiceModule Named(string? name) => Modules.FirstOrDefault(module => module.Name == name)
        ?? throw new InputException($"{(name is null ? "No service is named" : $"There is no service \"{name}\"")}; it is one of {string.Join(", ", Names)}.");
}
