using ModelServing.Settings;
using ModelServing.Stacks;
using Pulumi;

namespace ModelServing.Infra.Tests.Stacks;

public class StackConfigurationTests
{
    [Theory]
    [InlineData("2fa: { stable: { version: 1 } }", "", "modelserving:models.2fa:")]
    [InlineData("fraud: { stable: { version: 1 }, canary: { version: 1, percent: 5 } }", "", "modelserving:models.fraud.canary.version:")]
    [InlineData("fraud: { stable: { version: 1 }, keepWarm: [2, 2] }", "", "modelserving:models.fraud.keepWarm[1]:")]
    [InlineData("fraud: { stable: { version: 1 }, keepWarm: [1] }", "", "modelserving:models.fraud.keepWarm[0]:")]
    [InlineData("fraud: { stable: { version: 1 }, keepWarm: [x] }", "", "modelserving:models.fraud.keepWarm[0]:")]
    [InlineData("fraud: { stable: { version: 1 }, deadline: 5m }", "", "modelserving:models.fraud.deadline:")]
    [InlineData("fraud: { stable: { version: 1 }, pods: { min: 11 } }", "", "modelserving:models.fraud.pods.min:")]
    [InlineData("", "modelserving:router: { min: 3, max: 2 }", "modelserving:router.min:")]
    [InlineData("", "modelserving:router: { cpu: lots }", "modelserving:router.cpu:")]
    [InlineData("", "modelserving:network: { cidr: 10.0.0.0/8 }", "modelserving:network.cidr:")]
    [InlineData("", "modelserving:cache: { mode: sharded }", "modelserving:cache.shards:")]
    [InlineData("", "modelserving:cache: { mode: sharded, shards: 4 }", "modelserving:cache.shards:")]
    [InlineData("", "modelserving:cache: { mode: both }", "modelserving:cache.mode:")]
    [InlineData("", "modelserving:dataProtection: maybe", "modelserving:dataProtection:")]
    [InlineData("", "modelserving:homeRegion: Frankfurt", "modelserving:homeRegion:")]
    [InlineData("", "modelserving:journal: { reads: 1 }", "modelserving:journal.reads:")]
    [InlineData("", "modelserving:wonder: 1", "modelserving:wonder:")]
    public void A_fault_is_named_with_its_path(string models, string more, string path)
    {
        var fault = Assert.Throws<RunException>(() => StackConfiguration.FromFile(SomeStack.File(models, more: more)));
        Assert.Contains($"  {path} ", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("kubernetesVersion: v1.34.1, ", "", "modelserving:cluster.kubernetesVersion:")]
    [InlineData("some }", "some, nodes: { min: 2, availabilityDomains: 3 } }", "modelserving:cluster.nodes.min:")]
    [InlineData("some }", "some, systemNodes: { count: 21 } }", "modelserving:cluster.systemNodes.count:")]
    public void A_fault_of_the_cluster_is_named_with_its_path(string former, string latter, string path)
    {
        var file = SomeStack.File();
        var changed = file.Replace(former, latter, StringComparison.Ordinal);
        Assert.NotEqual(file, changed);
        var fault = Assert.Throws<RunException>(() => StackConfiguration.FromFile(changed));
        Assert.Contains($"  {path} ", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_faults_are_reported_at_once()
    {
        var file = SomeStack.File(
            "2fa: { stable: { version: 1 } }",
            images: "images: { router: {0} }",
            more: "modelserving:router: { min: 3, max: 2 }");
        var fault = Assert.Throws<RunException>(() => StackConfiguration.FromFile(file));
        Assert.All(
            (string[])["models.2fa", "images.inference", "router.min"],
            path => Assert.Contains($"modelserving:{path}: ", fault.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_secret_in_plain_text_is_a_fault_whose_message_does_not_repeat_it()
    {
        var file = SomeStack.File().Replace("token: { secure: v1:y }", "token: hunter2", StringComparison.Ordinal);
        var fault = Assert.Throws<RunException>(() => StackConfiguration.FromFile(file));
        Assert.Contains("modelserving:registry.token: ", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Pulumis_configuration_gives_the_same_settings()
    {
        var (file, faults) = StackFile.FromConfiguration(key => key switch
        {
            "models" => """{"fraud":{"stable":{"version":1},"canary":{"version":"2","percent":"12.5"},"keepWarm":[3]}}""",
            "phase" => "foundation",
            "region" => "eu-frankfurt-1",
            "tenancy" => "ocid1.tenancy.oc1..some",
            "compartment" => "ocid1.compartment.oc1..some",
            "dataProtection" => "false",
            "cluster" => """{"kubernetesVersion":"v1.34.1","nodes":{"min":1}}""",
            "registry" => """{"user":"default/ci","token":"t0ken"}""",
            _ => null,
        });

        Assert.Empty(faults);
        Assert.Empty(file!.Check());
        var canary = file.Settings.Models.Single().Value.Canary!;
        Assert.Equal((2, 1250), (canary.Version.Number, canary.Percent.Hundredths));
        Assert.Equal(3, Assert.Single(file.Settings.Models.Single().Value.KeepWarm).Number);
        Assert.Equal((false, 1), (file.Cloud!.DataProtection, file.Cloud.Cluster.Nodes.Min));
        Assert.Equal(("t0ken", "[secret]"), (file.Cloud.Registry!.Token.Reveal(), file.Cloud.Registry.Token.ToString()));
    }

    [Theory]
    [InlineData("models", "{", "modelserving:models")]
    [InlineData("models", """{"fraud":{"stable":{"version":0}}}""", "modelserving:models.fraud.stable.version")]
    [InlineData("models", null, "modelserving:models")]
    [InlineData("region", "Frankfurt", "modelserving:region")]
    public void A_fault_in_Pulumis_configuration_is_named_with_its_path(string key, string? text, string path)
    {
        var (_, faults) = StackFile.FromConfiguration(other => other == key ? text : null);
        Assert.Contains(faults, fault => fault.Path == path);
    }

    [Fact]
    public void The_phase_is_explicit_and_the_second_apply_needs_every_image_the_gateway_and_the_login()
    {
        Assert.Equal(
            ["phase"], Faults(SomeStack.File().Replace("modelserving:phase: all", "modelserving:phase: ", StringComparison.Ordinal)));
        Assert.Equal(["images.inference", "images.functions", "images.jobs"], Faults(SomeStack.File(images: "images: { router: {0} }")));
        // Offline, stand-ins take the place of missing images. An apply has none.
        var (file, _) = StackFile.Parse(SomeStack.File(images: ""), cloud: true);
        Assert.Equal("modelserving:images", Assert.Single(file!.Check()).Path);
        Assert.Equal(
            ["registry", "gateway"],
            Faults(string.Join('\n', SomeStack.File().Split('\n')
                .Where(static line => !line.Contains(":registry:", StringComparison.Ordinal))
                .Where(static line => !line.Contains(":gateway:", StringComparison.Ordinal)))));
        // Permission to go back is for one apply only.
        Assert.Equal(["allowGoingBack"], Faults(SomeStack.File(more: "modelserving:allowGoingBack: true")));

        static IEnumerable<string> Faults(string file) => Assert.Throws<RunException>(() => StackConfiguration.FromFile(file)).Message
            .Split('\n')
            .Skip(1)
            .Select(static line => line.Trim().Split(':')[1]);
    }

    [Fact]
    public void The_foundation_needs_no_images_and_ignores_those_that_are_there()
    {
        Assert.False(StackConfiguration.FromFile(SomeStack.File(images: "", phase: "foundation")).HasStandInImages);
        Assert.False(StackConfiguration.FromFile(SomeStack.File(phase: "foundation", more: "modelserving:allowGoingBack: true"))
            .HasStandInImages);
    }

    [Fact]
    public void Without_images_the_second_apply_is_shown_with_stand_ins()
    {
        var configuration = StackConfiguration.FromFile(SomeStack.File(images: ""));
        Assert.True(configuration.HasStandInImages);
        Assert.Equal("sha256:" + new string('0', 64), configuration.Cloud.Images.Router);
    }

    [Fact]
    public void A_local_platform_ignores_the_settings_of_the_cloud()
    {
        var (file, faults) = StackFile.Parse("config: { modelserving:models: {}, modelserving:registry: { secure: x }, " +
            "modelserving:network: 5 }");
        Assert.Empty(faults);
        Assert.Null(file!.Cloud);
    }
}
