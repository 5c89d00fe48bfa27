using MassTransit;
using Rlaif.Hosting;

namespace Rlaif.Evaluator;

/// <summary>Win rates with intervals, probes, and the promotion gate.</summary>
public static class EvaluatorService
{
    public static readonly ServiceModule Module = new(
        "evaluator",
        services => services.AddSingleton<EvaluationFacts>(),
        bus => bus.AddWorker<EvaluatePolicyConsumer>(parallel: 1));
}
