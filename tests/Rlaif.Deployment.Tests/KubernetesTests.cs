using Rlaif.Testing;

namespace Rlaif.Deployment.Tests;

public class KubernetesTests
{
    private const string Name = "app.kubernetes.io/name";

    [Fact]
    public void Every_file_is_named_by_its_kustomization_and_every_named_one_exists()
    {
        var named = new[] { "kustomization.yaml" }.Concat(Kubernetes.Base["resources"].Texts).Concat(Kubernetes.Base["configurations"].Texts)
            .Concat(Kubernetes.Base["patches"].Items.Select(patch => patch["path"].Text));
        var there = Directory.EnumerateFiles(Repository.Path(Kubernetes.BaseFolder)).Select(file => Path.GetFileName(file)!);
        Assert.Equal(there.Order(), named.Order());
        Assert.Equal(["../base"], Kubernetes.Example["resources"].Texts);
        var ofBucket = Kubernetes.Bucket["patches"].Items.Select(patch => patch["path"].Text).Append("kustomization.yaml").Append(".gitignore");
        Assert.Equal(Directory.EnumerateFiles(Repository.Path(Kubernetes.BucketFolder)).Select(file => Path.GetFileName(file)!).Order(), ofBucket.Order());
    }

    [Fact]
    public void Each_service_of_the_product_has_a_deployment_of_its_name()
    {
        Assert.Equal(Sources.Services().Keys.Order(), Kubernetes.Deployments.Keys.Order());
        Assert.All(Kubernetes.Deployments, one => Assert.Equal(["serve", one.Key], Kubernetes.Container(one.Value)["args"].Texts));
        Assert.Equal(["serve", "--prepare"], Kubernetes.Container(Kubernetes.ByName("Job")["prepare"])["args"].Texts);
        Assert.All(Kubernetes.Deployments, one => Assert.Equal(one.Key, one.Value["spec"]["selector"]["matchLabels"][Name].Text));
        Assert.All(Kubernetes.Running, one => Assert.Equal(one.Key, one.Value["spec"]["template"]["metadata"]["labels"][Name].Text));
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
            Assert.Empty(paths.Except(Sources.HealthPaths()));
            var annotations = one["spec"]["template"]["metadata"]["annotations"];
            Assert.Equal($"{Dockerfile.Port}", annotations["prometheus.io/port"].Text);
            Assert.Equal("/metrics", annotations["prometheus.io/path"].Text);
        });
        Assert.All(Kubernetes.ByName("Service"), service =>
        {
            Assert.Equal(service.Key, service.Value["spec"]["selector"][Name].Text);
            var port = Assert.Single(service.Value["spec"]["ports"].Items);
            Assert.Equal(("http", $"{Dockerfile.Port}"), (port["targetPort"].Text, port["port"].Text));
        });
    }

    [Fact]
    public void Metrics_are_served_where_they_are_scraped() =>
        Assert.True(Sources.Say("shared/Rlaif.Hosting", "\"/metrics\"") || Sources.Say("shared/Rlaif.Hosting", "MapPrometheusScrapingEndpoint("));

    [Fact]
    public void A_pod_may_nothing_that_it_does_not_need() => Assert.All(Kubernetes.Running.Values, one =>
    {
        var pod = Kubernetes.Pod(one);
        Assert.Equal("true", pod["securityContext"]["runAsNonRoot"].Text);
        Assert.Equal("RuntimeDefault", pod["securityContext"]["seccompProfile"]["type"].Text);
        Assert.Equal(("false", "false"), (pod["automountServiceAccountToken"].Text, pod["enableServiceLinks"].Text));
        var container = Kubernetes.Container(one)["securityContext"];
        Assert.Equal(("true", "false"), (container["readOnlyRootFilesystem"].Text, container["allowPrivilegeEscalation"].Text));
        Assert.Equal(["ALL"], container["capabilities"]["drop"].Texts);
        var resources = Kubernetes.Container(one)["resources"];
        Assert.True(resources["requests"]["cpu"].Exists && resources["requests"]["memory"].Exists && resources["limits"]["memory"].Exists);
    });

    [Fact]
    public void A_pod_that_stops_has_the_time_to() => Assert.All(Kubernetes.Deployments.Values, one =>
        Assert.InRange(int.Parse(Kubernetes.Pod(one)["terminationGracePeriodSeconds"].Text), Sources.ShutdownSeconds() + 1, 600));

    [Fact]
    public void State_is_on_claims_that_all_nodes_may_write()
    {
        Assert.All(Kubernetes.Running.Values, one =>
        {
            var mounts = Kubernetes.Container(one)["volumeMounts"].Items.ToDictionary(mount => mount["name"].Text, mount => mount["mountPath"].Text);
            Assert.Equal((Dockerfile.Environment["RLAIF_HOME"], Dockerfile.Environment["RLAIF_ARTIFACTS"]), (mounts["home"], mounts["artifacts"]));
            var volumes = Kubernetes.Pod(one)["volumes"].Items;
            Assert.Equal(mounts.Keys.Order(), volumes.Select(volume => volume["name"].Text).Order());
            var claims = volumes.Select(volume => volume["persistentVolumeClaim"]["claimName"]).Where(claim => claim.Exists);
            Assert.Equal(["artifacts", "home"], claims.Select(claim => claim.Text).Order());
        });
        Assert.All(Kubernetes.ByName("PersistentVolumeClaim").Values, claim => Assert.Equal(["ReadWriteMany"], claim["spec"]["accessModes"].Texts));
        Assert.Equal(["artifacts", "home"], Kubernetes.ByName("PersistentVolumeClaim").Keys.Order());
    }

    [Fact]
    public void A_bucket_takes_the_place_of_the_claim_that_all_nodes_may_write()
    {
        Assert.All(Kubernetes.RunningOnBucket.Values, one =>
        {
            var artifacts = Kubernetes.Pod(one)["volumes"].Items.Single(volume => volume["name"].Text == "artifacts");
            Assert.Equal(["emptyDir", "name"], artifacts.Map.Keys.Order());
            Assert.Contains(Kubernetes.Container(one)["volumeMounts"].Items, mount => mount["name"].Text == "artifacts");
        });
        var gone = Yaml.Read($"{Kubernetes.BucketFolder}/{Kubernetes.Bucket["patches"].Items.Single(patch => !patch["target"].Exists)["path"].Text}").Single();
        Assert.Equal(("delete", "PersistentVolumeClaim", "artifacts"), (gone["$patch"].Text, gone["kind"].Text, gone["metadata"]["name"].Text));
        var address = new Uri(Kubernetes.Settings("rlaif")["RLAIF_S3"]);
        Assert.Equal("https", address.Scheme);
        Assert.NotEqual("/", address.AbsolutePath);
    }

    [Fact]
    public void Secrets_come_from_files_that_the_example_and_the_bucket_generate() => Assert.All(Kubernetes.Running.Values.Concat(Kubernetes.RunningOnBucket.Values), one =>
    {
        var volumes = Kubernetes.Pod(one)["volumes"].Items.ToDictionary(volume => volume["name"].Text, volume => volume["secret"]["secretName"].Text);
        var files = Kubernetes.Container(one)["volumeMounts"].Items.Where(mount => volumes[mount["name"].Text].Length > 0)
            .SelectMany(mount => Kubernetes.Secrets()[volumes[mount["name"].Text]].Select(file => $"{mount["mountPath"].Text}/{file}"));
        var named = Kubernetes.Environment(one).Where(variable => variable.Key.EndsWith("_FILE", StringComparison.Ordinal))
            .Select(variable => variable.Value["value"].Text);
        Assert.Equal(files.Order(), named.Order());
        Assert.All(Kubernetes.Environment(one).Values.Where(variable => variable["valueFrom"]["secretKeyRef"].Exists),
            variable => Assert.Equal("true", variable["valueFrom"]["secretKeyRef"]["optional"].Text));
    });

    [Fact]
    public void Addresses_are_the_overlays_and_the_judge_asks_the_generator()
    {
        var settings = Kubernetes.Settings("rlaif");
        var maps = Kubernetes.Running.Values.Select(one => Kubernetes.Container(one)["envFrom"].Items.Single()["configMapRef"]["name"].Text);
        Assert.All(maps, map => Assert.Equal("rlaif", map));
        Assert.Equal("amqps", new Uri(settings["RLAIF_BROKER"]).Scheme);
        Assert.Contains("SSL Mode=VerifyFull", settings["RLAIF_DATABASE"], StringComparison.Ordinal);
        var models = new Uri(Kubernetes.Environment(Kubernetes.Deployments["judge"])["RLAIF_MODELS"]["value"].Text);
        Assert.Contains(models.Host, Kubernetes.ByName("Service").Keys);
        Assert.Equal((Dockerfile.Port, "/v1"), (models.Port, models.AbsolutePath));
    }
}
