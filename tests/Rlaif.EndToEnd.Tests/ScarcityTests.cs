namespace Rlaif.EndToEnd.Tests;

[Collection("product")]
public class ScarcityTests
{
    [Fact, Trait("Speed", "slow")]
    public async Task Without_connections_and_then_without_room_on_the_disk_a_run_waits_says_so_and_ends_in_the_bytes_of_a_calm_one()
    {
        await using var deployment = await Deployment.Start("coordinator=1,generator=1,judge=1,reward-trainer=1,policy-optimizer=1,evaluator=1");
        using var run = new ShortRun();
        var calm = await run.Finish("calm", TestContext.Current.CancellationToken, "--seed", "1");
        var scarcity = new Scarcity(deployment);
        var disturbed = await DisturbedRun.Finish(run, deployment, scarcity, seed: 1);
        Assert.True(scarcity.IsOver);
        Assert.Equal(ShortRun.Bytes(calm), ShortRun.Bytes(disturbed));
        Assert.Equal(await FactCounts.Of(run.Home("calm")), await deployment.Rows());
        Assert.Equal("", string.Join('\n', deployment.Errors()));
        Assert.Empty(await deployment.SetAside());
        Assert.Equal(0, await deployment.Stop());
    }
}
