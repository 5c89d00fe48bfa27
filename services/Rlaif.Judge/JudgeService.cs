using Rlaif.Hosting;
using Rlaif.Judge.Asking;
using Rlaif.Judge.Consumers;

namespace Rlaif.Judge;

/// <summary>Labels: by a model behind an OpenAI-compatible endpoint, and by the principles' machine checks.</summary>
public static class JudgeService
{
    /// <summary>Pairs at once; how many calls go to an endpoint at once is the recipe's word (judge.parallel).</summary>
    private const int Parallel = 64;

    /// <summary>A check takes no time beside the broker's word that it has the label.</summary>
    private const int Rules = 32;

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
            bus.AddLabeler<RulesConsumer>("rules", Rules);
        });
}
