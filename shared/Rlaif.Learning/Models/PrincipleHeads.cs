using Rlaif.Learning.Native;
using Rlaif.Learning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Models;

/// <summary>Scalar heads of a reward model beside its own, one for each principle: what the same states say of it alone.</summary>
internal sealed class PrincipleHeads : IDisposable
{
    private readonly IReadOnlyList<NamedWeight> heads;      // by principle, [1, hidden] each

    private PrincipleHeads(IEnumerable<NamedWeight> heads) => this.heads = [.. heads.OrderBy(head => head.Name, StringComparer.Ordinal)];

    /// <summary>In the order of the columns of <see cref="Rewards"/>.</summary>
    public IReadOnlyList<string> Principles => [.. heads.Select(head => head.Name)];

    /// <summary>Under names that no weight of the model has.</summary>
    public IReadOnlyList<NamedWeight> Weights => [.. heads.Select(head => head with { Name = "principle." + head.Name })];

    /// <summary>Those that lie beside a reward model; none where there are none.</summary>
    public static PrincipleHeads Read(string folder, bool trainable)
    {
        var file = FileOf(folder);
        return new(File.Exists(file) ? Safetensors.Read(file).Tensors.Select(head => new NamedWeight(head.Name, LanguageModel.OwnParameter(head.Value, trainable))) : []);
    }

    /// <summary>Takes these over, and has a trainable head of zeros for every principle that has none.</summary>
    public PrincipleHeads With(IEnumerable<string> principles, int hidden) => new([.. heads, .. principles.Except(Principles, StringComparer.Ordinal)
        .Select(name => new NamedWeight(name, LanguageModel.OwnParameter(TensorDevice.Weight(new float[hidden], 1, hidden), trainable: true)))]);

    /// <summary>The reward of each principle at each state, [states, hidden] to [states, principles].</summary>
    public Tensor Rewards(Tensor states)
    {
        using var scope = NewDisposeScope();
        return nn.functional.linear(states, cat([.. heads.Select(head => head.Value)])).MoveToOuterDisposeScope();
    }

    /// <summary>In a folder of their own: who reads a reward model for its one reward finds nothing that it does not know.</summary>
    public void Write(string folder)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(FileOf(folder))!);
        Safetensors.Write(FileOf(folder), [.. heads.Select(head => new NamedTensor(head.Name, head.Value))]);
    }

    public void Dispose()
    {
        foreach (var head in heads)
        {
            head.Value.Dispose();
        }
    }

    /// <summary>Where the heads of a reward model lie.</summary>
    public static string FileOf(string folder) => Path.Combine(folder, "principles", "heads.safetensors");
}
