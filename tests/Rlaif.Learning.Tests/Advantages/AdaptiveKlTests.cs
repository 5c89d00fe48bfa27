using Rlaif.Learning.Advantages;
using Rlaif.Learning.Tests.Losses;
using Xunit;

namespace Rlaif.Learning.Tests.Advantages;

public class AdaptiveKlTests
{
    [Fact]
    public void The_coefficient_rises_with_the_error_and_by_no_more_than_a_fifth_of_a_horizon()
    {
        // kl 6.6 of 6: error 0.1, half a horizon: 5 % more. kl 600: error cut to 0.2: 10 % more. kl 0: 10 % less.
        AdaptiveKl controller = new(1, Target: 6, Horizon: 100);
        double[] coefficients = [.. new[] { 6.6, 600, 0 }.Select(kl => controller.After(kl, 50).Coefficient)];
        Golden.Close([1.05, 1.1, 0.9], coefficients, 1e-12, "β");
    }

    [Fact]
    public void Coefficients_equal_the_reference()
    {
        foreach (var golden in GoldenCase.All("rl/kl_controller.json"))
        {
            AdaptiveKl controller = new(golden.Number("init_kl_coef"), golden.Number("target"), golden.Number("horizon"));
            List<double> coefficients = [];
            foreach (var kl in golden["inputs"].GetProperty("current_kl").Flatten())
            {
                controller = controller.After(kl, (long)golden.Number("n_steps"));
                coefficients.Add(controller.Coefficient);
            }

            Golden.Close([.. golden["kl_coef_after_update"].Flatten()], [.. coefficients], 1e-9, golden.Name);
            golden.AllSettingsWereRead();
        }
    }
}
