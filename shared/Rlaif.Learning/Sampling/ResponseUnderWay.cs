using Rlaif.Learning.Models;

namespace Rlaif.Learning.Sampling;

/// <summary>A response while it grows.</summary>
internal sealed class ResponseUnderWay(int index, SamplingRequest request, ModelConfig config)
{
    private readonly int limit = Math.Min(request.MaxNewTokens, config.MaxPositions - request.Prompt.Length);
    private readonly List<SampledToken> tokens = [];

    /// <summary>Place of the request in the batch.</summary>
    public int Index => index;

    public SamplingRequest Request => request;

    public RandomStream Random { get; } = new(request.Seed, request.Stream);

    public bool Ended { get; private set; }

    public int LastId => tokens[^1].Id;

    public SampledResponse Response => new(tokens, Ended);

    /// <summary>Adds a token; whether the response goes on.</summary>
    public bool Add(SampledToken token)
    {
        tokens.Add(token);
        Ended = request.EndIds.Contains(token.Id);
        return !Ended && tokens.Count < limit;
    }
}
