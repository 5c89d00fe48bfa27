using System.Globalization;
using Rlaif.Testing;

namespace Rlaif.Deployment.Tests;

public class KubernetesTests
{
    [Fact]
    public void Every_file_is_named_by_its_kustomization_and_every_named_one_exists()
    {
        var named = new[] { "kustomization.yaml" }.Concat(Kubernetes.Base["resources"].Texts).Concat(Kubernetes.Base["configurations"].Texts)
            .Concat(Kubernetes.Base["patches"].Items.Select(patch => patch["path"].Text));
        var there = Directory.EnumerateFiles(Repository.Path(Kubernetes.BaseFolder)).Select(file => Path.GetFileName(file)!);
        Assert.Equal(there.Order(StringComparer.Ordinal), named.Order(StringComparer.Ordinal));
        Assert.Equal(["../base"], Kubernetes.Example["resources"].Texts);
    }

    [Fact]
    public void Each_service_of_the_product_has_a_deployment_of_its_name()
    {
        Assert.Equal(Sources.Services().Keys.Order(StringComparer.Ordinal), Kubernetes.Deployments.Keys.Order(StringComparer.Ordinal));
        Assert.All(Kubernetes.Deployments, one => Assert.Equal(["serve", one.Key], Kubernetes.Container(one.Value)["args"].Texts));
        Assert.Equal(["serve", "--prepare"], Kubernetes.Container(Kubernetes.ByName("Job")["prepare"])["args"].Texts);
        Assert.All(Kubernetes.Deployments, one => Assert.Equal(one.Key, one.Value["spec"]["selector"]["matchLabels"]["app.kubernetes.io/name"].Text));
        Assert.All(Kubernetes.Running, one => Assert.Equal(one.Key, one.Value["spec"]["template"]["metadata"]["labels"]["app.kubernetes.io/name"].Text));
    }

    [Fact]
    public void The_image_is_the_one_that_the_example_gives_a_version()
    {
        var image = Assert.Single(Kubernetes.Example["images"].Items);
        Assert.All(Kubernetes.Running.Values, one => Assert.Equal(image["name"].Text, Kubernetes.Container(one)["image"].Text));
        Assert.NotEqual("latest", image["newTag"].Text);
        Assert.Matches("^[0-9]", image["newTag"].Text);
    }

    [Fact]
    public void Probes_ask_what_the_services_serve_where_they_listen()
    {
        Assert.All(Kubernetes.Deployments.Values, one =>
        {
            var container = Kubernetes.Container(one);
            var port = Assert.Single(container["ports"].Items);
            Assert.Equal($"{Dockerfile.Port}", port["containerPort"].Text);
            string[] paths = [.. new[] { "livenessProbe", "startupProbe", "readinessProbe" }.Select(probe =>
            {
                Assert.Equal(port["name"].Text, container[probe]["httpGet"]["port"].Text);
                return container[probe]["httpGet"]["path"].Text;
            })];
            Assert.Equal(["/healthz/live", "/healthz/live", "/healthz/ready"], paths);
            Assert.Empty(paths.Except(Sources.HealthPaths(), StringComparer.Ordinal));
            var annotations = one["spec"]["template"]["metadata"]["annotations"];
            Assert.Equal($"{Dockerfile.Port}", annotations["prometheus.io/port"].Text);
            Assert.Equal("/metrics", annotations["prometheus.io/path"].Text);
        });
        Assert.All(Kubernetes.ByName("Service"), service =>
        {
            Assert.Equal(service.Key, service.Value["spec"]["selector"]["app.kubernetes.io/name"].Text);
            Assert.Equal(("http", $"{Dockerfile.Port}"), (service.Value["spec"]["ports"].Items.Single()["targetPort"].Text, service.Value["spec"]["ports"].Items.Single()["port"].Text));
        });
    }

    [Fact]
    public void Metrics_are_served_where_they_are_scraped() =>
        Assert.True(Sources.Say("shared/Rlaif.Hosting", "\"/metrics\"") || Sources.Say("shared/Rlaif.Hosting", "MapPrometheusScrapingEndpoint("));

    [Fact]
    public void A_pod_may_nothing_that_it_does_not_need() => Assert.All(Kubernetes.Running.Values, one =>
    {
        var pod = one["spec"]["template"]["spec"];
        Assert.Equal(("true", "RuntimeDefault"), (pod["securityContext"]["runAsNonRoot"].Text, pod["securityContext"]["seccompProfile"]["type"].Text));
        Assert.Equal(("false", "false"), (pod["automountServiceAccountToken"].Text, pod["enableServiceLinks"].Text));
        var container = Kubernetes.Container(one)["securityContext"];
        Assert.Equal(("true", "false"), (container["readOnlyRootFilesystem"].Text, container["allowPrivilegeEscalation"].Text));
        Assert.Equal(["ALL"], container["capabilities"]["drop"].Texts);
        var resources = Kubernetes.Container(one)["resources"];
        Assert.True(resources["requests"]["cpu"].Exists && resources["requests"]["memory"].Exists && resources["limits"]["memory"].Exists);
    });

    [Fact]
    public void A_pod_that_stops_has_the_time_to() => Assert.All(Kubernetes.Deployments.Values, one => Assert.True(
        TimeSpan.FromSeconds(int.Parse(one["spec"]["template"]["spec"]["terminationGracePeriodSeconds"].Text, CultureInfo.InvariantCulture)) > Sources.Shutdown()));

    [Fact]
    public void State_is_on_claims_that_all_nodes_may_write()
    {
        Assert.All(Kubernetes.Running.Values, one =>
        {
            var mounts = Kubernetes.Container(one)["volumeMounts"].Items.ToDictionary(mount => mount["name"].Text, mount => mount["mountPath"].Text, StringComparer.Ordinal);
            Assert.Equal((Dockerfile.Environment["RLAIF_HOME"], Dockerfile.Environment["RLAIF_ARTIFACTS"]), (mounts["home"], mounts["artifacts"]));
            var volumes = one["spec"]["template"]["spec"]["volumes"].Items;
            Assert.Equal(mounts.Keys.Order(StringComparer.Ordinal), volumes.Select(volume => volume["name"].Text).Order(StringComparer.Ordinal));
            Assert.Equal(["artifacts", "home"], volumes.Select(volume => volume["persistentVolumeClaim"]["claimName"].Text).Where(name => name.Length > 0).Order(StringComparer.Ordinal));
        });
        Assert.All(Kubernetes.ByName("PersistentVolumeClaim").Values, claim => Assert.Equal(["ReadWriteMany"], claim["spec"]["accessModes"].Texts));
        Assert.Equal(["artifacts", "home"], Kubernetes.ByName("PersistentVolumeClaim").Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Secrets_come_from_files_that_the_example_generates() => Assert.All(Kubernetes.Running.Values, one =>
    {
        var volumes = one["spec"]["template"]["spec"]["volumes"].Items.ToDictionary(volume => volume["name"].Text, volume => volume["secret"]["secretName"].Text, StringComparer.Ordinal);
        var files = Kubernetes.Container(one)["volumeMounts"].Items.Where(mount => volumes[mount["name"].Text].Length > 0)
            .SelectMany(mount => Kubernetes.Secrets()[volumes[mount["name"].Text]].Select(file => $"{mount["mountPath"].Text}/{file}"));
        var named = Kubernetes.Environment(one).Where(variable => variable.Key.EndsWith("_FILE", StringComparison.Ordinal)).Select(variable => variable.Value["value"].Text);
        Assert.Equal(files.Order(StringComparer.Ordinal), named.Order(StringComparer.Ordinal));
        Assert.All(Kubernetes.Environment(one).Values.Where(variable => variable["valueFrom"]["secretKeyRef"].Exists),
            variable => Assert.Equal("true", variable["valueFrom"]["secretKeyRef"]["optional"].Text));
    });

    [Fact]
    public void Addresses_are_the_overlays_and_the_judge_asks_the_generator()
    {
        var settings = Kubernetes.Settings("rlaif");
        Assert.All(Kubernetes.Running.Values, one => Assert.Equal("rlaif", Kubernetes.Container(one)["envFrom"].Items.Single()["configMapRef"]["name"].Text));
        Assert.Equal("amqps", new Uri(settings["RLAIF_BROKER"]).Scheme);
        Assert.Contains("SSL Mode=VerifyFull", settings["RLAIF_DATABASE"], StringComparison.Ordinal);
        var models = new Uri(Kubernetes.Environment(Kubernetes.Deployments["judge"])["RLAIF_MODELS"]["value"].Text);
        Assert.Contains(models.Host, Kubernetes.ByName("Service").Keys);
        Assert.Equal((Dockerfile.Port, "/v1"), (models.Port, models.AbsolutePath));
    }
}
