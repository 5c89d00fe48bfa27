using Rlaif.Learning.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Native;

public class TensorBlockTests
{
    private static readonly long[][] Shapes = [[3, 5], [], [17], [1 << 12, 1 << 12], [2, 2], [5000, 4000], [1]];

    [Fact]
    public Task Every_tensor_is_zero_has_its_shape_and_begins_where_LibTorch_would_let_one_begin() => TorchThread.Run(() =>
    {
        using var scope = NewDisposeScope();
        Tensor[] like = [.. Shapes.Select(shape => ones(shape))];
        var made = TensorBlock.Zeros(like);
        Assert.Equal(like.Select(one => one.shape), made.Select(one => one.shape));
        Assert.All(made, one =>
        {
            Assert.True(one.is_contiguous());
            Assert.False(one.requires_grad);
            Assert.Equal(0, one.abs().sum().item<float>());
            unsafe
            {
                Assert.Equal(0, (nint)ThreadTeam.Data(one) % 64);
            }
        });
        Array.ForEach(made, one => one.Dispose());
    }, TestContext.Current.CancellationToken);

    [Fact]
    public Task What_is_written_to_one_is_written_to_no_other_and_stays_when_the_others_are_gone() => TorchThread.Run(() =>
    {
        using var scope = NewDisposeScope();
        Tensor[] made;
        using (NewDisposeScope())
        {
            made = TensorBlock.Zeros([.. Shapes.Select(shape => ones(shape))]);
        }

        for (var i = 0; i < made.Length; i++)
        {
            made[i].fill_(i + 1);
        }

        for (var i = 0; i < made.Length; i++)
        {
            Assert.Equal(i + 1, made[i].min().item<float>());
            Assert.Equal(i + 1, made[i].max().item<float>());
            made[i].Dispose();
        }
    }, TestContext.Current.CancellationToken);

    [Fact]
    public Task Of_no_tensors_there_are_none() => TorchThread.Run(() => Assert.Empty(TensorBlock.Zeros([])), TestContext.Current.CancellationToken);

    [Fact]
    public Task They_are_of_the_type_of_the_first() => TorchThread.Run(() =>
    {
        using var scope = NewDisposeScope();
        var made = TensorBlock.Zeros([ones(3, dtype: ScalarType.Float64), ones(2, dtype: ScalarType.Float64)]);
        Assert.All(made, one => Assert.Equal(ScalarType.Float64, one.dtype));
        Array.ForEach(made, one => one.Dispose());
    }, TestContext.Current.CancellationToken);
}
