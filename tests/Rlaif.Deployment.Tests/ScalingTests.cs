namespace Rlaif.Deployment.Tests;

public class ScalingTests
{
    private static readonly IReadOnlyDictionary<string, Yaml> Scaled = Kubernetes.ByName("ScaledObject");

    private static readonly IReadOnlyList<Yaml> Triggers = [.. Scaled.Values.SelectMany(one => one["spec"]["triggers"].Items)];

    [Fact]
    public void Generators_and_judges_come_and_go_with_exactly_the_queues_that_give_them_work()
    {
        Assert.Equal(["generator", "judge"], Scaled.Keys.Order());
        Assert.Equal(Sources.Services()["judge"].Order(), Queues("judge"));
        // The judge's pool counts for the generator too, whose endpoint it asks: RLAIF_MODELS.
        Assert.Equal(Sources.Services()["generator"].Append("label-judge").Order(), Queues("generator"));
    }

    [Fact]
    public void They_go_down_to_none_and_nobody_else_says_how_many_there_are() => Assert.All(Scaled, one =>
    {
        Assert.Equal(one.Key, one.Value["spec"]["scaleTargetRef"]["name"].Text);
        Assert.Equal("0", one.Value["spec"]["minReplicaCount"].Text);
        Assert.False(Kubernetes.Deployments[one.Key]["spec"]["replicas"].Exists);
    });

    [Fact]
    public void What_is_being_worked_on_counts_as_work() => Assert.All(Triggers, trigger =>
    {
        var queue = trigger["metadata"];
        Assert.Equal(("rabbitmq", "http", "QueueLength"), (trigger["type"].Text, queue["protocol"].Text, queue["mode"].Text));
        Assert.False(queue["excludeUnacknowledged"].Exists);
        // Without the slash the last part of the host would be taken for the virtual host.
        Assert.EndsWith("/", Kubernetes.Settings("scaling")["host"], StringComparison.Ordinal);
    });

    [Fact]
    public void The_broker_is_asked_as_the_user_and_with_the_password_of_the_services()
    {
        var broker = Kubernetes.ByName("TriggerAuthentication")["broker"]["spec"];
        Assert.All(Triggers, trigger => Assert.Equal("broker", trigger["authenticationRef"]["name"].Text));
        Assert.All(broker["configMapTargetRef"].Items, one => Assert.Contains(one["key"].Text, Kubernetes.Settings(one["name"].Text).Keys));
        Assert.All(broker["secretTargetRef"].Items, one => Assert.Contains(one["key"].Text, Kubernetes.Secrets()[one["name"].Text]));
        Assert.Equal(["host", "password", "username"],
            broker["configMapTargetRef"].Items.Concat(broker["secretTargetRef"].Items).Select(one => one["parameter"].Text).Order());
    }

    [Fact]
    public void Others_have_a_number_and_trainers_make_room_before_they_are_replaced()
    {
        var counted = Kubernetes.Deployments.Where(one => one.Value["spec"]["replicas"].Exists).Select(one => one.Key);
        Assert.Equal(Kubernetes.Deployments.Keys.Except(Scaled.Keys).Order(), counted.Order());
        Assert.Equal("2", Kubernetes.Deployments["coordinator"]["spec"]["replicas"].Text);
        Assert.All(new[] { "reward-trainer", "policy-optimizer" },
            trainer => Assert.Equal("0", Kubernetes.Deployments[trainer]["spec"]["strategy"]["rollingUpdate"]["maxSurge"].Text));
    }

    private static IEnumerable<string> Queues(string service) =>
        Scaled[service]["spec"]["triggers"].Items.Select(trigger => trigger["metadata"]["queueName"].Text).Order();
}
