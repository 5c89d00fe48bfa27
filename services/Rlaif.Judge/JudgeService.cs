using Rlaif.Hosting;
using Rlaif.Judge.Asking;
using Rlaif.Judge.Consumers;

namespace Rlaif.Judge;

/// <summary>Labels: by a model behind an OpenAI-compatible endpoint, and by the principles' machine checks.</summary>
public static class JudgeService
{
    /// <summary>Calls at once; a run's own limit (judge.parallel) is below it.</summary>
    private const int Parallel = 16;

    public static readonly ServiceModule Module = new(
        "judge",
        services =>
        {
            services.AddSingleton(provider => JudgeEndpoint.Of(provider.GetRequiredService<Settings>(), provider.GetRequiredService<Deployment>()));
            services.AddModelJudge();
        },
        bus =>
        {
            bus.AddLabeler<JudgeConsumer>("judge", Parallel);
            bus.AddLabeler<RulesConsumer>("rules", Environment.ProcessorCount);
        });
}
