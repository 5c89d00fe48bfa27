using Rlaif.Contracts;

namespace Rlaif.Coordinator.Stages;

/// <summary>The part that a prompt plays, as rows name it.</summary>
internal static class Splits
{
    public const string Train = "train";
    public const string Evaluation = "evaluation";
    public const string Demo = "demo";
    public const string Calibration = "calibration";
}

/// <summary>Why a response or a pair exists, as rows name it.</summary>
internal static class Purposes
{
    public const string Preference = nameof(Purpose.Preference);
    public const string Evaluation = nameof(Purpose.Evaluation);
    public const string Calibration = nameof(Purpose.Calibration);
}
