using System.Text.Json.Nodes;
using ModelServing.Cli.Doctor;
using ModelServing.TestKit;
using ModelServing.TestKit.ControlPlane;
using ModelServing.TestKit.Emulation;
using ModelServing.TestKit.Kubernetes;

namespace ModelServing.Services.Tests.Cli.Doctor;

public sealed class StackCheckupTests
{
    [Fact]
    public async Task A_stack_whose_apply_would_succeed_has_nothing_wrong_and_nothing_unasked()
    {
        await using var stack = await CheckedStack.StartAsync();
        var report = await stack.CheckAsync();
        Assert.DoesNotContain(report.Findings, static finding => finding.State is FindingState.Wrong or FindingState.Unasked);
        Assert.Equal(0, report.ExitCode);
        // Every request was signed, and none of them changes anything.
        Assert.All(stack.Cloud.Requests, static request => Assert.Equal(ControlPlaneOperation.Read, request.Operation));
        Assert.DoesNotContain(stack.Cloud.Requests, static request => request.Status == 401);
    }

    [Fact]
    public async Task What_no_program_can_ask_is_a_note_with_its_reason()
    {
        await using var stack = await CheckedStack.StartAsync();
        string[] notes = [.. (await stack.CheckAsync()).Findings.Where(static finding => finding.State == FindingState.Note)
            .Select(static finding => finding.Text)];
        Assert.Contains(notes, static text => text.Contains("no question about the right to create", StringComparison.Ordinal));
        Assert.Contains(notes, static text => text.Contains("names the limits of OCI Cache", StringComparison.Ordinal));
        Assert.Contains(notes, static text => text.Contains("cluster does not exist yet", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(
        "/20220315/redisClusters", "right to redis-family", "manage redis-family in compartment id " + ControlPlaneEmulator.Compartment)]
    [InlineData("/20160918/dynamicGroups", "right to dynamic-groups", "manage dynamic-groups in tenancy")]
    [InlineData("/20160918/compartments/" + ControlPlaneEmulator.Compartment, "compartment", "inspect compartments in tenancy")]
    public async Task A_service_that_refuses_to_list_is_wrong_and_the_statement_is_named(string path, string check, string statement)
    {
        await using var stack = await CheckedStack.StartAsync();
        stack.Cloud.Refuse(path);
        var report = await stack.CheckAsync();
        Assert.Contains(statement, Wrong(report, check).Fix, StringComparison.Ordinal);
        Assert.Equal(1, report.ExitCode);
    }

    [Fact]
    public async Task A_version_that_is_not_offered_is_wrong_and_the_offered_ones_are_named()
    {
        await using var stack = await CheckedStack.StartAsync();
        stack.Cloud.Set("/20180222/clusterOptions/all", Versions("v1.30.1", "v1.89.0", ControlPlaneEmulator.NewVersion));
        var finding = Wrong(await stack.CheckAsync(), "kubernetes version");
        Assert.Contains("these are: v1.30.1, v1.90.1", finding.Text, StringComparison.Ordinal);
        Assert.Equal(
            "pulumi config set --stack dev --path modelserving:cluster.kubernetesVersion v1.90.1", finding.Fix);
    }

    [Theory]
    [InlineData("another", "is not an image of OKE in this region; for", "examplenode")]
    [InlineData("examplenodearm", "aarch64", "examplenode")]
    [InlineData("examplenodenew", "1.90.1", "examplenode")]
    public async Task A_node_image_that_does_not_fit_is_wrong_and_one_that_fits_is_named(string image, string text, string fitting)
    {
        await using var stack = await CheckedStack.StartAsync(static yaml => yaml.Replace(
            "modelserving:cluster:\n",
            "modelserving:cluster:\n    nodeImage: ocid1.image.oc1.eu-frankfurt-1.examplenode\n",
            StringComparison.Ordinal));
        var options = Sources(stack, image);
        stack.Cloud.Set("/20180222/nodePoolOptions/all", options);
        var finding = Wrong(await stack.CheckAsync(), "node image");
        Assert.Contains(text, finding.Text, StringComparison.Ordinal);
        Assert.EndsWith($"cluster.nodeImage ocid1.image.oc1.eu-frankfurt-1.{fitting}2", finding.Fix, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_node_image_the_newest_one_that_fits_is_named_and_none_is_wrong()
    {
        await using var stack = await CheckedStack.StartAsync();
        stack.Cloud.Set("/20180222/nodePoolOptions/all", Sources(stack, "newest"));
        var finding = Find(await stack.CheckAsync(), "node image");
        Assert.Equal(FindingState.Good, finding.State);
        Assert.StartsWith("Oracle-Linux-8.10-2026.03.18-0-OKE-", finding.Text, StringComparison.Ordinal);
        stack.Cloud.Set("/20180222/nodePoolOptions/all", Versions(stack.Version));
        Assert.StartsWith("none fits v", Wrong(await stack.CheckAsync(), "node image").Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_shape_that_is_not_offered_is_wrong()
    {
        await using var stack = await CheckedStack.StartAsync();
        stack.Cloud.Set("/20180222/nodePoolOptions/all", new JsonObject
        {
            ["kubernetesVersions"] = new JsonArray(),
            ["shapes"] = new JsonArray("VM.Standard.E4.Flex", "VM.Standard2.1"),
        });
        Assert.EndsWith(" VM.Standard.E4.Flex", Wrong(await stack.CheckAsync(), "node shape").Fix, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_limit_that_is_too_low_is_wrong_and_the_quota_is_named()
    {
        await using var stack = await CheckedStack.StartAsync();
        stack.Cloud.Available = static (_, limit, _) => limit is "vcn-count" or "standard-e5-core-count" ? 0 : 1000;
        stack.Cloud.Quota = 5;
        var report = await stack.CheckAsync();
        Assert.Equal("1 needed, 0 available (a quota of 5 applies)", Wrong(report, "limit vcn vcn-count").Text);
        // dev has at most 3 nodes of one core and one for the add-ons, in one availability domain.
        Assert.StartsWith(
            "4 needed, available: 0 in EXMP:EU-FRANKFURT-1-AD-1",
            Wrong(report, "limit compute standard-e5-core-count").Text,
            StringComparison.Ordinal);
        Assert.Equal(FindingState.Good, Find(report, "limit container-engine enhanced-cluster-count").State);
    }

    [Fact]
    public async Task Every_availability_domain_needs_room_for_a_node_however_much_the_others_have()
    {
        await using var stack = await CheckedStack.StartAsync(static yaml =>
            yaml.Replace("    nodes:\n", "    nodes:\n      availabilityDomains: 3\n", StringComparison.Ordinal)
                .Replace("memoryInGbs: 8\n      min: 1\n", "memoryInGbs: 8\n      min: 3\n", StringComparison.Ordinal));
        stack.Cloud.Available = static (_, limit, domain) =>
            limit == "standard-e5-memory-count" && domain.EndsWith("AD-2", StringComparison.Ordinal) ? 7 : 1000;
        var finding = Wrong(await stack.CheckAsync(), "limit compute standard-e5-memory-count");
        Assert.Contains("7 in EXMP:EU-FRANKFURT-1-AD-2", finding.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(5.0, "Note", "1 needed; the limit is 5, and OCI does not tell how much of it is used", 0)]
    [InlineData(0.0, "Wrong", "1 needed, the limit is 0", 1)]
    [InlineData(null, "Unasked", "1 needed; the service does not know a limit of this name", 2)]
    public async Task A_limit_whose_use_the_service_does_not_tell_is_compared_as_a_whole(
        double? limit, string state, string text, int exitCode)
    {
        await using var stack = await CheckedStack.StartAsync();
        var known = stack.Cloud.Available;
        stack.Cloud.Available = (service, limit, domain) => limit == "vcn-count" ? null : known(service, limit, domain);
        stack.Cloud.LimitValue = (service, name) => (service, name) == ("vcn", "vcn-count") ? limit : 20_000;
        var report = await stack.CheckAsync();
        var finding = Find(report, "limit vcn vcn-count");
        Assert.Equal((state, text, exitCode), (finding.State.ToString(), finding.Text, report.ExitCode));
    }

    [Fact]
    public async Task A_service_that_refuses_to_tell_a_limit_leaves_it_unasked()
    {
        await using var stack = await CheckedStack.StartAsync();
        stack.Cloud.Refuse("/20190729/limitValues");
        var report = await stack.CheckAsync();
        Assert.Equal(FindingState.Unasked, Find(report, "limit container-engine node-count").State);
        Assert.Equal(2, report.ExitCode);
    }

    [Fact]
    public async Task Once_the_cluster_exists_only_the_nodes_that_are_still_missing_count()
    {
        await using var stack = await CheckedStack.StartAsync();
        await using var api = await stack.AddClusterAsync(nodes: 2);
        stack.Cloud.Available = static (_, limit, _) => limit == "standard-e5-core-count" ? 2 : 0;
        stack.Cloud.LimitValue = static (_, _) => 3;
        var report = await stack.CheckAsync();
        Assert.Equal(FindingState.Good, Find(report, "limit compute standard-e5-core-count").State);
        Assert.StartsWith(
            "16 needed, available: 0", Wrong(report, "limit compute standard-e5-memory-count").Text, StringComparison.Ordinal);
        // The limit of a cluster's nodes is for all of them.
        Assert.Equal("4 needed, the limit is 3", Wrong(report, "limit container-engine node-count").Text);
        Assert.DoesNotContain(report.Findings, static finding => finding.Check == "limit vcn vcn-count");
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("DELETED", true)]
    [InlineData("ACTIVE", false)]
    public async Task Until_the_gateway_exists_the_limits_of_the_second_apply_are_asked_too(string? state, bool isAsked)
    {
        await using var stack = await CheckedStack.StartAsync();
        await using var api = await stack.AddClusterAsync(nodes: 4);
        if (state is not null)
        {
            stack.Cloud.Add("/20190501/gateways", new JsonObject
            {
                ["displayName"] = "modelserving-dev-gateway",
                ["lifecycleState"] = state,
            });
        }

        var limits = (await stack.CheckAsync()).Findings.Select(static finding => finding.Check).ToList();
        foreach (var limit in (string[])["api-gateway gateway-count", "faas application-count", "block-storage volume-count"])
            Assert.Equal(isAsked, limits.Contains($"limit {limit}"));
    }

    [Fact]
    public async Task A_name_that_another_gave_is_taken_and_one_that_this_stack_gave_is_not()
    {
        await using var stack = await CheckedStack.StartAsync();
        var own = new JsonObject { ["project"] = "modelserving", ["environment"] = "dev" };
        stack.Cloud.Add(
            "/20160918/policies", new JsonObject { ["name"] = "modelserving-dev-services", ["freeformTags"] = own.DeepClone() });
        stack.Cloud.Add("/20160918/policies", new JsonObject { ["name"] = "modelserving-staging-services" });
        stack.Cloud.Add("/20160918/container/repositories", new JsonObject { ["displayName"] = "modelserving-dev/router" });
        stack.Cloud.Add("/20190828/tables", new JsonObject { ["name"] = "modelserving_dev_journal" });
        stack.Cloud.Set("/n/examplenamespace/b/modelserving-dev-artifacts", new JsonObject { ["freeformTags"] = own });
        var report = await stack.CheckAsync();
        Assert.Equal("1 are this stack's", Find(report, "names of policies").Text);
        Assert.Contains("modelserving-dev/router", Wrong(report, "names of repositories").Text, StringComparison.Ordinal);
        Assert.Contains("modelserving_dev_journal", Wrong(report, "names of tables").Text, StringComparison.Ordinal);
        Assert.Equal(FindingState.Good, Find(report, "name of the bucket").State);
    }

    [Fact]
    public async Task A_bucket_that_another_made_is_taken()
    {
        await using var stack = await CheckedStack.StartAsync();
        stack.Cloud.Set("/n/examplenamespace/b/modelserving-dev-artifacts", new JsonObject { ["name"] = "modelserving-dev-artifacts" });
        Assert.Contains("oci os bucket delete", Wrong(await stack.CheckAsync(), "name of the bucket").Fix, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_on_a_later_page_is_found_too()
    {
        await using var stack = await CheckedStack.StartAsync();
        stack.Cloud.PageSize = 2;
        for (var each = 0; each < 5; each++)
            stack.Cloud.Add("/20160918/dynamicGroups", new JsonObject { ["name"] = $"other-{each}" });
        stack.Cloud.Add("/20160918/dynamicGroups", new JsonObject { ["name"] = "modelserving-dev-functions" });
        var finding = Wrong(await stack.CheckAsync(), "names of dynamic groups");
        Assert.Contains("modelserving-dev-functions", finding.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cluster_that_denies_roles_is_wrong_and_the_administrators_command_is_named()
    {
        await using var stack = await CheckedStack.StartAsync();
        await using var api = await stack.AddClusterAsync();
        api.Denied.Add("roles");
        api.Denied.Add("rolebindings");
        var finding = Wrong(await stack.CheckAsync(), "cluster's rights");
        Assert.Contains("may not create roles, rolebindings", finding.Text, StringComparison.Ordinal);
        // The first apply prints the same one.
        Assert.StartsWith(
            "kubectl create clusterrolebinding modelserving-deployers --clusterrole=admin --group=", finding.Fix, StringComparison.Ordinal);
        Assert.Contains("oci ce cluster generate-token --cluster-id ocid1.cluster.oc1..example --region eu-frankfurt-1", stack.Tools.Calls);
        Assert.Contains(
            api.Reviews,
            static review => review["resource"]!.ToString() == "deployments" && review["namespace"]!.ToString() == "modelserving");
    }

    [Fact]
    public async Task A_cluster_that_allows_everything_is_good()
    {
        await using var stack = await CheckedStack.StartAsync();
        await using var api = await stack.AddClusterAsync();
        Assert.Equal(FindingState.Good, Find(await stack.CheckAsync(), "cluster's rights").State);
    }

    [Theory]
    [InlineData("token", "its status is 401")]
    [InlineData("authority", "does not answer")]
    [InlineData("oci", "not on the PATH")]
    [InlineData("kubeconfig", "kubeconfig can't be read")]
    public async Task A_cluster_that_can_not_be_asked_is_unasked_with_the_reason(string fault, string reason)
    {
        await using var stack = await CheckedStack.StartAsync();
        await using var api = await stack.AddClusterAsync();
        using var another = new ClusterAuthority();
        if (fault == "token")
            stack.Tools.Token = "another";
        else if (fault == "authority")
            stack.Cloud.Kubeconfig = api.Kubeconfig(another.Pem);
        else if (fault == "oci")
            stack.Tools.Missing.Add("oci");
        else
            stack.Cloud.Kubeconfig = null;
        var finding = Find(await stack.CheckAsync(), "cluster's rights");
        Assert.Equal(FindingState.Unasked, finding.State);
        Assert.Contains(reason, finding.Text, StringComparison.Ordinal);
        Assert.Empty(api.Reviews);
    }

    [Fact]
    public async Task A_region_that_is_not_subscribed_and_another_home_region_are_wrong()
    {
        await using var stack = await CheckedStack.StartAsync();
        stack.Cloud.Set($"/20160918/tenancies/{ControlPlaneEmulator.Tenancy}/regionSubscriptions", new JsonArray(
            new JsonObject { ["regionName"] = "uk-london-1", ["isHomeRegion"] = true }));
        var report = await stack.CheckAsync();
        Assert.Contains("only to uk-london-1", Wrong(report, "region").Text, StringComparison.Ordinal);
        Assert.Equal(
            "pulumi config set --stack dev --path modelserving:homeRegion uk-london-1", Wrong(report, "home region").Fix);
    }

    [Fact]
    public async Task If_no_service_answers_every_later_check_is_named_with_the_reason()
    {
        await using var stack = await CheckedStack.StartAsync();
        stack.Endpoint = new Uri($"http://127.0.0.1:{FreePort.Find()}");
        var report = await stack.CheckAsync();
        Assert.Equal(2, report.ExitCode);
        Assert.Equal(
            ["identity", "rights", "versions", "limits", "names", "cluster's rights"],
            report.Findings.Where(static finding => finding.State == FindingState.Unasked).Select(static finding => finding.Check));
        Assert.All(report.Findings, static finding => Assert.NotEmpty(finding.Text));
    }

    [Fact]
    public async Task A_key_that_OCI_does_not_know_is_wrong()
    {
        await using var stack = await CheckedStack.StartAsync();
        stack.Cloud.Faults.Add(ControlPlaneOperation.Read, Fault.Status(401, "NotAuthenticated"), times: 3);
        var report = await stack.CheckAsync();
        Assert.Contains("does not accept the identity config-file", Wrong(report, "identity").Text, StringComparison.Ordinal);
        Assert.Equal(1, report.ExitCode);
    }

    [Fact]
    public async Task A_service_that_fails_for_a_moment_is_asked_again_and_one_that_keeps_failing_is_unasked()
    {
        await using var stack = await CheckedStack.StartAsync();
        stack.Cloud.Faults.Add(ControlPlaneOperation.Read, Fault.Throttle, times: 2, key: "/20181201/rules");
        stack.Cloud.Faults.Add(ControlPlaneOperation.Read, Fault.Status(503, "ServiceUnavailable"), times: 100, key: "/20180401/alarms");
        stack.Cloud.Faults.Add(ControlPlaneOperation.Read, Fault.Foreign(200, "text/html", "<html>"), times: 1, key: "/20181201/topics");
        var report = await stack.CheckAsync();
        Assert.Equal(FindingState.Good, Find(report, "right to cloudevents-rules").State);
        Assert.Equal(FindingState.Unasked, Find(report, "right to alarms").State);
        Assert.Equal(3, stack.Cloud.Requests.Count(static request => request.Path == "/20180401/alarms"));
    }

    [Fact]
    public async Task A_stack_file_with_faults_is_wrong_line_by_line_and_nothing_is_asked()
    {
        await using var stack = await CheckedStack.StartAsync(static yaml =>
            yaml.Replace("modelserving:region: eu-frankfurt-1", "modelserving:region: nowhere", StringComparison.Ordinal));
        var report = await stack.CheckAsync();
        Assert.Contains("Pulumi.dev.yaml", Wrong(report, "stack file").Text, StringComparison.Ordinal);
        Assert.Empty(stack.Cloud.Requests);
        Assert.Equal(1, report.ExitCode);
    }

    [Fact]
    public async Task A_missing_tool_that_an_apply_needs_is_wrong()
    {
        await using var stack = await CheckedStack.StartAsync();
        stack.Tools.Missing.Add("pulumi");
        Assert.Equal("https://www.pulumi.com/docs/install/", Wrong(await stack.CheckAsync(), "pulumi").Fix);
    }

    private static JsonObject Versions(params string[] versions) =>
        new() { ["kubernetesVersions"] = new JsonArray([.. versions.Select(static version => (JsonNode)version)]) };

    // Three images: one that fits, one for Arm, one for another version. The stack's own is one of them, or none.
    private static JsonObject Sources(CheckedStack stack, string own)
    {
        var version = stack.Version.TrimStart('v');
        var options = Versions(stack.Version);
        options["sources"] = new JsonArray(
            Source($"Oracle-Linux-8.10-2026.03.18-0-OKE-{version}-1001", "examplenode2"),
            Source($"Oracle-Linux-8.10-aarch64-2026.03.18-0-OKE-{version}-1001", own == "examplenodearm" ? "examplenode" : "arm"),
            Source("Oracle-Linux-8.10-2026.05.20-0-OKE-1.90.1-1050", own == "examplenodenew" ? "examplenode" : "new"));
        return options;

        static JsonObject Source(string name, string id) =>
            new() { ["sourceName"] = name, ["imageId"] = $"ocid1.image.oc1.eu-frankfurt-1.{id}" };
    }

    private static Finding Find(DoctorReport report, string check) => Assert.Single(report.Findings, finding => finding.Check == check);

    private static Finding Wrong(DoctorReport report, string check)
    {
        var finding = Find(report, check);
        Assert.Equal(FindingState.Wrong, finding.State);
        return finding;
    }
}
