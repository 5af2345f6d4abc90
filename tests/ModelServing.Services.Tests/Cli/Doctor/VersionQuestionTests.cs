using System.Text.Json.Nodes;
using ModelServing.Cli.Doctor;

namespace ModelServing.Services.Tests.Cli.Doctor;

/// <summary><c>ms doctor</c> and an apply mean the same by a version and an image that are offered.</summary>
public sealed class VersionQuestionTests
{
    private const string Clusters = "/20180222/clusterOptions/all";
    private const string Pools = "/20180222/nodePoolOptions/all";

    [Fact]
    public async Task An_older_patch_that_is_still_offered_is_good()
    {
        await using var stack = await CheckedStack.StartAsync();
        var newer = stack.Version[..(stack.Version.LastIndexOf('.') + 1)] + "99";
        foreach (var path in (string[])[Clusters, Pools])
            stack.Cloud.Set(path, Offer([stack.Version, newer], ("Oracle-Linux-8.10-2026.03.18-0-OKE-V-1001", "a")));
        var report = await stack.CheckAsync();
        Assert.Equal($"{stack.Version} is offered", Find(report, "kubernetes version", FindingState.Good).Text);
    }

    [Fact]
    public async Task The_newest_image_is_the_one_of_the_latest_date_whatever_its_system()
    {
        await using var stack = await CheckedStack.StartAsync();
        stack.Cloud.Set(Pools, Offer(
            [stack.Version],
            ("Oracle-Linux-8.9-2026.03.18-0-OKE-V-1400", "a"),
            ("Oracle-Linux-8.10-2026.05.20-0-OKE-V-999", "b"),
            ("Oracle-Linux-8.10-2026.05.20-0-OKE-V-1000", "c"),
            ("Oracle-Linux-8.10-Gen2-GPU-2026.08.20-0-OKE-V-1500", "d")));
        var name = $"Oracle-Linux-8.10-2026.05.20-0-OKE-{stack.Version.TrimStart('v')}-1000";
        Assert.StartsWith(
            $"{name} is the newest", Find(await stack.CheckAsync(), "node image", FindingState.Good).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_cluster_has_already_is_a_note_because_an_apply_goes_on()
    {
        await using var stack = await CheckedStack.StartAsync();
        await using var api = await stack.AddClusterAsync();
        foreach (var path in (string[])[Clusters, Pools])
            stack.Cloud.Set(path, Offer(["v1.90.1"]));
        var report = await stack.CheckAsync();
        Assert.Contains("has this version already", Find(report, "kubernetes version", FindingState.Note).Text, StringComparison.Ordinal);
        Assert.Contains("The nodes keep theirs", Find(report, "node image", FindingState.Note).Text, StringComparison.Ordinal);
        Assert.Equal(0, report.ExitCode);
    }

    [Fact]
    public async Task Another_version_than_the_clusters_must_be_offered()
    {
        await using var stack = await CheckedStack.StartAsync();
        await using var api = await stack.AddClusterAsync(version: "v1.30.1");
        foreach (var path in (string[])[Clusters, Pools])
            stack.Cloud.Set(path, Offer(["v1.90.1"]));
        Find(await stack.CheckAsync(), "kubernetes version", FindingState.Wrong);
    }

    // V in a name is the version.
    private static JsonObject Offer(string[] versions, params (string Name, string Id)[] images) => new()
    {
        ["kubernetesVersions"] = new JsonArray([.. versions.Select(static version => (JsonNode)version)]),
        ["sources"] = new JsonArray([.. images.Select(image => (JsonNode)new JsonObject
        {
            ["sourceName"] = image.Name.Replace("OKE-V", $"OKE-{versions[0].TrimStart('v')}", StringComparison.Ordinal),
            ["imageId"] = $"ocid1.image.oc1.eu-frankfurt-1.{image.Id}",
        })]),
    };

    private static Finding Find(DoctorReport report, string check, FindingState state)
    {
        var finding = Assert.Single(report.Findings, finding => finding.Check == check);
        Assert.Equal(state, finding.State);
        return finding;
    }
}
