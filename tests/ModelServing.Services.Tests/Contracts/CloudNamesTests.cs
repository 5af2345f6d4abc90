using System.Text.RegularExpressions;
using ModelServing.Contracts;
using ModelServing.Registry;

namespace ModelServing.Services.Tests.Contracts;

public partial class CloudNamesTests
{
    [Fact]
    public void The_longest_version_is_a_DNS_label()
    {
        var name = ClusterNames.Version(ModelName.Parse(new string('a', ModelName.MaxLength)), new ModelVersion(ModelVersion.MaxNumber));
        Assert.Matches(ServiceName(), name);
        Assert.Equal("fraud-v2", ClusterNames.Version(ModelName.Parse("fraud"), new ModelVersion(2)));
    }

    [Fact]
    public void Models_with_similar_names_have_versions_with_different_names()
    {
        string[] models = ["a", "a-v1", "a-v1-v1"];
        string[] names = [.. models.SelectMany(model => Enumerable.Range(1, 12)
            .Select(version => ClusterNames.Version(ModelName.Parse(model), new ModelVersion(version))))];
        Assert.Equal(names.Length, names.Distinct().Count());
        Assert.DoesNotContain(ClusterNames.Router, names);
    }

    [Theory]
    [InlineData("fraud", true)]
    [InlineData("2fa", false)]
    public void A_Service_is_named_after_models_that_begin_with_a_letter(string model, bool may) =>
        Assert.Equal(may, ClusterNames.MayNameService(ModelName.Parse(model)));

    [Fact]
    public void The_bucket_is_a_function_of_project_and_stack()
    {
        Assert.Equal("modelserving-dev-artifacts", BucketName.From("modelserving", "dev"));
        Assert.Throws<ArgumentException>(() => BucketName.From("modelserving", "a/b"));
        Assert.Throws<ArgumentException>(() => BucketName.From("modelserving", new string('a', BucketName.MaxLength)));
    }

    [Fact]
    public void The_registry_keeps_a_version_where_Contracts_says()
    {
        var (model, version) = (ModelName.Parse("fraud"), new ModelVersion(2));
        Assert.Equal(ArtifactKeys.Manifest(model, version), RegistryLayout.Manifest(model, version).Text);
        Assert.Equal(ArtifactKeys.Model(model, version), RegistryLayout.Model(model, version).Text);
    }

    [Fact]
    public void Both_forms_of_both_of_the_routers_sources_are_rendered() => Assert.Equal(
        ["file:/a/plan.json", "kubernetes:modelserving/plan", "dns:{model}-v{version}.modelserving.svc:8080", "oci:space/bucket"],
        [
            HostSources.File("/a/plan.json"),
            HostSources.Kubernetes("modelserving", "plan"),
            HostSources.Dns("modelserving"),
            HostSources.Bucket("space", "bucket"),
        ]);

    [Fact]
    public void The_name_that_a_router_makes_of_its_endpoints_is_the_Services()
    {
        var (model, version) = (ModelName.Parse("fraud"), new ModelVersion(2));
        var name = HostSources.Dns("n")[HostSources.DnsScheme.Length..]
            .Replace(HostSources.ModelPlaceholder, model.Text, StringComparison.Ordinal)
            .Replace(HostSources.VersionPlaceholder, version.ToString(), StringComparison.Ordinal);
        Assert.Equal($"{ClusterNames.Version(model, version)}.n.svc:{HostPorts.Http}", name);
    }

    [Theory]
    [InlineData(0.05, 40)]
    [InlineData(30, 40)]
    [InlineData(240.2, 251)]
    public void Requests_have_their_deadline_to_end_and_records_ten_seconds_more_and_usual_deadlines_change_nothing(
        double deadline,
        int finish)
    {
        var times = DrainTimes.OfInference(TimeSpan.FromSeconds(deadline));
        Assert.Equal(finish, times.Finish.TotalSeconds);
        Assert.True(times.Leave >= DrainTimes.PlanPropagation);
        Assert.True(times.Grace > times.Leave + times.Finish);
        Assert.Equal(finish, DrainTimes.OfRouter(TimeSpan.FromSeconds(deadline)).Finish.TotalSeconds);
    }

    [GeneratedRegex("^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$")]
    private static partial Regex ServiceName();
}
