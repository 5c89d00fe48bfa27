using System.Text.Json;
using Rlaif.Learning.Weights;

namespace Rlaif.Learning.Tests.Weights;

public class ExactDoubleTests
{
    [Fact]
    public void Every_power_of_two_and_its_neighbours_are_read_back()
    {
        for (var exponent = -1074; exponent < 1024; exponent++)
        {
            var power = Math.ScaleB(1, exponent);
            foreach (var value in new[] { Math.BitDecrement(power), power, -power, Math.BitIncrement(power) })
            {
                Assert.Equal(value, JsonSerializer.Deserialize<double>(JsonSerializer.Serialize(value, ExactDouble.Options)));
            }
        }
    }
}
