using Rlaif.Storage;

namespace Rlaif.Cli.Running;

/// <summary>What is told while a run works: to a person at a terminal, or to a program behind a pipe.</summary>
internal interface IRunScreen
{
    void Began(string headline);

    /// <param name="step">Step of the training under way; 0: none.</param>
    /// <param name="steps">Its steps.</param>
    void Working(StageRow stage, int rounds, TimeSpan elapsed, int step, int steps);

    void Ended(StageRow stage, int rounds);
}
