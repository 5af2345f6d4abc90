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

    // The digest of a document is hexadecimal, so it is never the "v" with digits that ends a version's name.
    [Fact]
    public void A_pool_never_has_the_name_of_a_version_or_of_another_pool()
    {
        string[] pools = ["a", "a-v1", "v1", "a-0123456789", new('a', 40)];
        string[] names = [.. pools.Select(static pool => ClusterNames.ModelPool(Document(pool)))];
        Assert.Equal(names.Length, names.Distinct().Count());
        Assert.All(names, static name => Assert.Matches("^pool-.+-[0-9a-f]{10}$", name));
        Assert.All(names, static name => Assert.InRange(name.Length, 1, 56));
        // Another version or another setting is another document.
        Assert.Equal(Document("a").Digest, Document("a").Digest);
        var model = ModelName.Parse("m");
        Assert.NotEqual(Document("a").Digest, (Document("a") with { Versions = [new(model, new ModelVersion(2))] }).Digest);
        Assert.NotEqual(Document("a").Digest, (Document("a") with { Versions = [new(model, new ModelVersion(1), BatchRows: 1)] }).Digest);
        Assert.DoesNotContain("digest", System.Text.Encoding.UTF8.GetString(Document("a").ToUtf8()), StringComparison.OrdinalIgnoreCase);

        static PoolDocument Document(string pool) => new()
        {
            Schema = PoolDocument.CurrentSchema,
            Name = ModelName.Parse(pool),
            Versions = [new(ModelName.Parse("m"), new ModelVersion(1))],
        };
    }

    [Theory]
    [InlineData("fraud", true)]
    [InlineData("fraud-", false)]
    [InlineData("fraud-2", true)]
    public void Objects_have_names_that_end_with_a_letter_or_a_digit(string name, bool may) =>
        Assert.Equal(may, ClusterNames.MayEndName(ModelName.Parse(name)));

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
