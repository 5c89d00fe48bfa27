using Rlaif.DeviceCheck;
using Rlaif.Learning.Native;
using Rlaif.Recipes;

// What a device does with this library: JSON lines. usage: Rlaif.DeviceCheck cpu|cuda load|sampling|training [tiny] [PRECISION...]
if (args is not [("cpu" or "cuda") and var device, ("load" or "sampling" or "training") and var part, ..])
{
    Console.Error.WriteLine("usage: Rlaif.DeviceCheck cpu|cuda load|sampling|training [tiny] [PRECISION...]");
    return 2;
}

try
{
    var numerics = new Numerics(Environment.ProcessorCount, Precision.Float32, Enum.Parse<DeviceKind>(device, ignoreCase: true));
    await TorchThread.Run(() =>
    {
        if (part == "load")
        {
            LoadCheck.Run(numerics);
        }
        else
        {
            Precision[] named = [.. Enum.GetValues<Precision>().Where(one => args.Contains(one.ToString()))];
            SpeedCheck.Run(
                numerics, args.Contains("tiny") ? Workload.Tiny : Workload.SmolLm2, trains: part == "training",
                named.Length > 0 ? named : [Precision.Float32, Precision.TensorFloat32, Precision.BFloat16]);
        }
    });
    return 0;
}
catch (InputException error)
{
    Console.Error.WriteLine(error.Message);
    return 1;
}
