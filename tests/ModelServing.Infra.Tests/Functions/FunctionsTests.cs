using System.Collections.Immutable;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ModelServing.Contracts;
using ModelServing.Contracts.Functions;
using ModelServing.Infra.Functions;
using ModelServing.Infra.Tests.Rendering;
using ModelServing.Infra.Tests.Stacks;

namespace ModelServing.Infra.Tests.Functions;

[Collection(nameof(OneAtATime))]
public class FunctionsTests
{
    private const string Application = "oci:Functions/application:Application";
    private const string Function = "oci:Functions/function:Function";
    private const string Log = "oci:Logging/log:Log";
    private const string Rule = "oci:Events/rule:Rule";

    [Fact]
    public async Task The_application_is_in_the_functions_subnet_and_group()
    {
        var application = (await Rendered.FromAsync(some => some.Functions())).Only(Application);

        Assert.Equal("modelserving-some-functions", application.Text("displayName"));
        Assert.Equal(["ocid1.subnet.some"], application.Inputs.List("subnetIds"));
        Assert.Equal(["ocid1.networksecuritygroup.some"], application.Inputs.List("networkSecurityGroupIds"));
        Assert.Equal("JSON", application.Part("logging")["lineFormat"]);
    }

    [Theory]
    [InlineData(false, "GENERIC_X86")]
    [InlineData(true, "GENERIC_ARM")]
    public async Task The_application_has_the_images_architecture(bool isArm, string shape) =>
        Assert.Equal(shape, (await Rendered.FromAsync(some => some.Functions(isArm: isArm))).Only(Application).Text("shape"));

    // TrafficSplitter is a component of its own: SplitterTests.
    private static IEnumerable<FunctionName> Names =>
        Enum.GetValues<FunctionName>().Where(static name => name != FunctionName.TrafficSplitter);

    [Fact]
    public async Task There_is_a_function_of_each_name_by_digest_created_after_the_log()
    {
        var functions = (await Rendered.FromAsync(some => some.Functions())).OfType(Function).ToList();

        Assert.Equal(
            Names.Select(name => $"modelserving-some-{FunctionNames.NameOf(name)}").Order(StringComparer.Ordinal),
            functions.Select(function => function.Text("displayName")).Order(StringComparer.Ordinal));
        foreach (var function in functions)
        {
            Assert.Equal(SomeStack.Digest('c'), function.Text("imageDigest"));
            Assert.Equal(
                "ocir.eu-frankfurt-1.oci.oraclecloud.com/some/functions:" + SomeStack.Digest('c').Replace(':', '-'),
                function.Text("image"));
            Assert.Equal("functions-id", function.Text("applicationId"));
            Assert.Equal(["functions-invoke"], await function.AfterAsync());
        }
    }

    [Fact]
    public async Task A_function_reads_the_settings_that_it_is_given()
    {
        var run = await Rendered.FromAsync(some => some.Functions(SomeEnvironment.SomeFunctions with { DryRun = true }));
        foreach (var name in Names)
        {
            var configuration = Configuration(run, name);
            // Variables of a server are left out, and the function uses their defaults.
            Assert.Equal(
                SomeEnvironment.SomeFunctions with { DryRun = true, Function = name },
                new FunctionsHostSettings(new HostEnvironment(configuration.GetValueOrDefault)),
                SameTexts);
            Assert.DoesNotContain(
                configuration.Keys,
                key => key == HostSettings.UrlsVariable || key.Contains("DRAIN", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Configurations_have_the_form_and_the_size_that_OCI_accepts()
    {
        var run = await Rendered.FromAsync(some => some.Functions());
        foreach (var name in Names)
        {
            var configuration = Configuration(run, name);
            Assert.All(configuration.Keys, key => Assert.Matches(new Regex("^[A-Za-z_][A-Za-z0-9_]*$"), key));
            Assert.InRange(configuration.Sum(pair => pair.Key.Length + pair.Value.Length), 1, FunctionsArgs.MaxConfigurationBytes);
        }

        var tooLong = SomeEnvironment.SomeFunctions with { Journal = "nosql:" + new string('a', 4000) };
        Assert.Contains("OCI accepts at most 4096", await Rendered.RefusalAsync(some => some.Functions(tooLong)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "NONE", null)]
    [InlineData(20, "CONSTANT", 20d)]
    public async Task Only_Rollback_is_kept_ready(int provisioned, string strategy, object? count)
    {
        var run = await Rendered.FromAsync(some => some.Functions(provisioned: provisioned));

        var config = run.Named(Function, "functions-rollback").Part("provisionedConcurrencyConfig");
        Assert.Equal(strategy, config["strategy"]);
        Assert.Equal(count, config.GetValueOrDefault("count"));
        Assert.All(
            run.OfType(Function).Where(function => function.Name != "functions-rollback"),
            function => Assert.Equal("NONE", function.Part("provisionedConcurrencyConfig")["strategy"]));
    }

    [Fact]
    public async Task Memory_and_timeout_come_from_the_arguments()
    {
        var run = await Rendered.FromAsync(some => some.Functions(memory: 256, timeout: 30));
        Assert.Equal(
            ["functions-model-loader 3072 300", "functions-model-metrics 256 30", "functions-rollback 256 30"],
            run.OfType(Function)
                .Select(function => $"{function.Name} {function.Text("memoryInMbs")} {function.Inputs["timeoutInSeconds"]}")
                .Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(300, 60, 0, "MemoryMbs is 300")]
    [InlineData(512, 301, 0, "Timeout is 301")]
    [InlineData(512, 5.5, 0, "Timeout is 5.5")]
    [InlineData(512, 60, -1, "ProvisionedConcurrency is -1")]
    public async Task Values_that_OCI_does_not_accept_are_refused(int memory, double timeout, int provisioned, string message) =>
        Assert.Contains(
            message,
            await Rendered.RefusalAsync(some => some.Functions(memory: memory, timeout: timeout, provisioned: provisioned)),
            StringComparison.Ordinal);

    [Fact]
    public async Task Calls_are_logged()
    {
        var log = (await Rendered.FromAsync(some => some.Functions())).Only(Log);
        Assert.Equal(30d, log.Inputs["retentionDuration"]);
        Assert.Equal(
            "OCISERVICE functions functions-id invoke",
            string.Join(
                ' ',
                ((string[])["sourceType", "service", "resource", "category"]).Select(key => log.Part("configuration").Map("source")[key])));
    }

    [Fact]
    public async Task Only_a_manifest_in_the_bucket_causes_a_call_of_ModelLoader()
    {
        var rule = (await Rendered.FromAsync(some => some.Functions())).Only(Rule);

        var condition = JsonNode.Parse(rule.Text("condition"))!;
        Assert.Equal(
            ["com.oraclecloud.objectstorage.createobject", "com.oraclecloud.objectstorage.updateobject"],
            condition["eventType"]!.AsArray().Select(type => (string?)type));
        Assert.Equal(
            "modelserving-some-artifacts",
            (string?)Assert.Single(condition["data"]!["additionalDetails"]!["bucketName"]!.AsArray()));
        var pattern = new Regex("^" + Regex.Escape((string)Assert.Single(condition["data"]!["resourceName"]!.AsArray())!)
            .Replace("\\*", ".*", StringComparison.Ordinal) + "$");
        Assert.Matches(pattern, ArtifactKeys.Manifest(ModelName.Parse("fraud"), new ModelVersion(12)));
        Assert.DoesNotMatch(pattern, ArtifactKeys.Model(ModelName.Parse("fraud"), new ModelVersion(12)));
        Assert.DoesNotMatch(pattern, ArtifactKeys.VerdictPrefix + "fraud/12/manifest.json");

        var action = Assert.IsType<ImmutableDictionary<string, object>>(Assert.Single(rule.Part("actions").List("action")));
        Assert.Equal(
            "FAAS ocid1.fnfunc.functions-model-loader True",
            $"{action["actionType"]} {action["functionId"]} {action["isEnabled"]}");
    }

    // The records hold lists, so they are compared by the environment that they write.
    private static readonly EqualityComparer<FunctionsHostSettings> SameTexts = EqualityComparer<FunctionsHostSettings>.Create((
        one,
        other) => one!.ToEnvironment().SequenceEqual(other!.ToEnvironment()));

    // As in OCI, the function's values take precedence over the application's.
    private static ImmutableDictionary<string, string> Configuration(Rendered run, FunctionName name) =>
        new[] { run.Only(Application), run.Named(Function, $"functions-{FunctionNames.NameOf(name)}") }
            .SelectMany(made => made.Part("config"))
            .ToImmutableDictionary(pair => pair.Key, pair => (string)pair.Value);
}
