using Rlaif.Contracts;
using Rlaif.Coordinator.Labels;

namespace Rlaif.Cli.Labeling;

/// <summary>Where one person's pairs come from and labels go: a home on this machine, or a server.</summary>
internal interface ILabelDesk : IAsyncDisposable
{
    /// <param name="skip">Ids of commands that the person does not want, or has answered and not sent.</param>
    Task<WaitingLabels> Next(IReadOnlySet<Guid> skip, CancellationToken cancel);

    /// <exception cref="Recipes.InputException">The label is not taken.</exception>
    Task Give(PreferenceLabeled label, CancellationToken cancel);
}
