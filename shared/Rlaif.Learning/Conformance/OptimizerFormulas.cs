using Rlaif.Learning.Advantages;
using Rlaif.Learning.Models;
using Rlaif.Learning.Optimization;
using TorchSharp;
using static Rlaif.Learning.Conformance.Plain;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace Rlaif.Learning.Conformance;

/// <summary>AdamW, the clip, schedules and the controller of the KL penalty.</summary>
internal static class OptimizerFormulas
{
    private const string Group = "optimizer";
    private const int Steps = 6, Length = 40, Warmup = 5;
    private const double Rate = 0.01, Beta1 = 0.9, Beta2 = 0.95, Epsilon = 1e-8, Decay = 0.1, Floor = 0.1;

    public static IEnumerable<Formula> All =>
    [
        new(Group, "AdamW", random => [random.Normal(1, 2, 3), random.Normal(1, 4), random.Normal(0.1, Steps, 2, 3), random.Normal(10, Steps, 4)], AdamWOf,
            (x, _) => [.. AdamWOf(x[0], x[2], Decay), .. AdamWOf(x[1], x[3], 0)]),
        Clip("above the bound", 1), Clip("below the bound", 100),
        .. new (ScheduleKind Kind, Func<double, double> After)[]
        {
            (ScheduleKind.Constant, _ => 1), (ScheduleKind.Linear, s => 1 - ((s - Warmup) / (Length - Warmup))),
            (ScheduleKind.Cosine, s => (1 + Math.Cos(Math.PI * (s - Warmup) / (Length - Warmup))) / 2),
            (ScheduleKind.StableLinear, s => Math.Min(1, (Length - s) / 10)), (ScheduleKind.StableCosine, s => (1 + Math.Cos(Math.PI * Math.Max(0, s - 30) / 10)) / 2),
            (ScheduleKind.StableRoot, s => 1 - Math.Sqrt(Math.Max(0, s - 30) / 10)),
        }.Select(one => Schedule(one.Kind, Floor, one.After)),
        Schedule(ScheduleKind.InverseSqrt, 0, s => Math.Sqrt(Warmup / s)),
        new(Group, "adaptive KL", random => [random.Between(0, 3, Steps)],
            t =>
            {
                var controller = new AdaptiveKl(0.2, Target: 1, Horizon: 50);
                return Like(t[0], t[0].to(ScalarType.Float64).cpu().data<double>().ToArray().Select(kl => (controller = controller.After(kl, 8)).Coefficient));
            },
            (x, _) =>
            {
                var beta = 0.2;
                return Each(Steps, i => beta *= 1 + (Math.Clamp(x[0][i] - 1, -0.2, 0.2) * 8 / 50));
            }),
    ];

    // Numbers of the product that are none of a tensor's.
    private static Tensor Like(Tensor other, IEnumerable<double> numbers) => tensor([.. numbers], float64).to_type(other.dtype);

    private static Tensor AdamWOf(Tensor[] t)
    {
        var weights = new[] { new NamedWeight("matrix", new Parameter(t[0].clone(), requires_grad: false)), new NamedWeight("bias", new Parameter(t[1].clone(), requires_grad: false)) };
        using var adam = new AdamW(weights, new(Beta1, Beta2, Epsilon, Decay));
        for (var step = 0; step < Steps; step++)
        {
            adam.Update([t[2][step], t[3][step]], Rate);
        }

        return cat([.. weights.Select(w => w.Value.detach().flatten())]);
    }

    private static double[] AdamWOf(double[] start, double[] gradients, double decay) => Each(start.Length, i =>
    {
        var (p, m, v) = (start[i], 0.0, 0.0);
        for (var step = 1; step <= Steps; step++)
        {
            var g = gradients[((step - 1) * start.Length) + i];
            (m, v) = ((Beta1 * m) + ((1 - Beta1) * g), (Beta2 * v) + ((1 - Beta2) * g * g));
            p -= Rate * decay * p;
            p -= Rate / (1 - Math.Pow(Beta1, step)) * m / (Math.Sqrt(v / (1 - Math.Pow(Beta2, step))) + Epsilon);
        }

        return p;
    });

    private static Formula Clip(string name, double most) => new(
        Group, $"clip {name}", random => [random.Normal(1, 2, 3), random.Normal(1, 4)],
        t =>
        {
            Tensor[] gradients = [t[0].clone(), t[1].clone()];
            var norm = GradientClip.Apply(gradients, most);
            return cat([gradients[0].flatten(), gradients[1], norm.reshape(1)]);
        },
        (x, _) =>
        {
            double[] all = [.. x[0], .. x[1]];
            var norm = Math.Sqrt(all.Sum(Square));
            return [.. all.Select(g => g * Math.Min(1, most / (norm + 1e-6))), norm];
        });

    private static Formula Schedule(ScheduleKind kind, double floor, Func<double, double> after) => new(
        Group, $"schedule {kind}", _ => [new([1], [1])],
        t => Like(t[0], Enumerable.Range(0, Length).Select(new LearningRateSchedule(1, kind, Warmup, Length, floor) { DecaySteps = 10 }.At)),
        (_, _) => Each(Length, step =>
        {
            var from = kind is ScheduleKind.StableLinear or ScheduleKind.StableCosine or ScheduleKind.StableRoot ? floor : 0;
            return step < Warmup ? from + ((1 - from) * step / Warmup) : floor + ((1 - floor) * after(step));
        }));
}
