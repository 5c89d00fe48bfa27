using Rlaif.Learning.Advantages;

namespace Rlaif.Learning.Tests.Losses;

/// <summary>The files' words for estimators of the KL.</summary>
internal static class KlKinds
{
    public static KlKind Of(string name) => name switch
    {
        "k1" => KlKind.K1,
        "k2" => KlKind.K2,
        "k3" => KlKind.K3,
        "abs" => KlKind.Absolute,
        _ => throw new InvalidDataException($"no estimator is called {name}"),
    };
}
