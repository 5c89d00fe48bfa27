using Rlaif.Coordinator;
using Rlaif.Evaluator;
using Rlaif.Generator;
using Rlaif.Hosting;
using Rlaif.Judge;
using Rlaif.PolicyOptimizer;
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
}
