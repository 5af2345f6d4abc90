using System.Collections.Immutable;
using ModelServing.Contracts;
using ModelServing.Contracts.Functions;
using ModelServing.Infra.Functions;
using ModelServing.Infra.Tests.Rendering;
using ModelServing.Infra.Tests.Stacks;

namespace ModelServing.Infra.Tests.Functions;

/// <summary>The function TrafficSplitter as OCI gets it.</summary>
[Collection(nameof(OneAtATime))]
public class SplitterTests
{
    private const string Application = "oci:Functions/application:Application";
    private const string Function = "oci:Functions/function:Function";
    private const string Name = "splitter-traffic-splitter";

    [Fact]
    public async Task It_has_the_application_and_the_image_of_the_other_functions()
    {
        var run = await Rendered.FromAsync(some => some.Splitter());
        var (splitter, rollback) = (run.Named(Function, Name), run.Named(Function, "functions-rollback"));

        Assert.Equal("modelserving-some-traffic-splitter", splitter.Text("displayName"));
        foreach (var same in (string[])["applicationId", "image", "imageDigest"])
            Assert.Equal(rollback.Text(same), splitter.Text(same));
        Assert.Equal(["functions-invoke"], await splitter.AfterAsync());
        // The application's subnet and group are those of all functions.
        Assert.Single(run.OfType(Application));
    }

    [Fact]
    public async Task Its_program_reads_where_the_routers_are_and_the_key_that_they_expect()
    {
        var run = await Rendered.FromAsync(some => some.Splitter());
        var shared = run.Only(Application).Part("config");
        var own = run.Named(Function, Name).Part("config");
        var settings = new FunctionsHostSettings(new HostEnvironment(
            name => (string?)(own.GetValueOrDefault(name) ?? shared.GetValueOrDefault(name))));

        Assert.Equal(
            (FunctionName.TrafficSplitter, "http://10.0.1.70:8082", "a-key-of-some"),
            (settings.Function, settings.Routers, settings.SplitKey));
        Assert.Equal(SomeEnvironment.SomeFunctions.Cache!.ToString(), settings.Cache!.ToString());
        // No other function has the key.
        Assert.All(
            run.OfType(Function).Where(static made => made.Name != Name).Select(static made => made.Part("config")).Append(shared),
            static config => Assert.DoesNotContain(config.Values, static value => value.Equals("a-key-of-some")));
    }

    [Theory]
    [InlineData(1, 11)]
    [InlineData(0.25, 11)]
    [InlineData(30, 40)]
    // OCI's longest.
    [InlineData(295, 300)]
    public async Task A_call_may_take_longer_than_the_longest_deadline(double deadline, double timeout) => Assert.Equal(
        timeout, (await Rendered.FromAsync(some => some.Splitter(deadline: deadline))).Named(Function, Name).Inputs["timeoutInSeconds"]);

    [Theory]
    [InlineData(0, "NONE", null)]
    [InlineData(20, "CONSTANT", 20d)]
    public async Task Its_memory_and_the_containers_that_are_kept_ready_are_settings(int provisioned, string strategy, object? count)
    {
        var run = await Rendered.FromAsync(some => some.Splitter(memory: 2048, provisioned: provisioned));

        var config = run.Named(Function, Name).Part("provisionedConcurrencyConfig");
        Assert.Equal((strategy, count), (config["strategy"], config.GetValueOrDefault("count")));
        Assert.Equal("2048", run.Named(Function, Name).Text("memoryInMbs"));
        Assert.Equal("NONE", run.Named(Function, "functions-rollback").Part("provisionedConcurrencyConfig")["strategy"]);
    }

    [Fact]
    public async Task Values_that_OCI_does_not_accept_are_refused()
    {
        Assert.Contains("MemoryMbs is 300", await Rendered.RefusalAsync(some => some.Splitter(memory: 300)), StringComparison.Ordinal);
        Assert.Contains(
            "LongestDeadline is 300", await Rendered.RefusalAsync(some => some.Splitter(deadline: 300)), StringComparison.Ordinal);
        Assert.Contains(
            "ProvisionedConcurrency is -1", await Rendered.RefusalAsync(some => some.Splitter(provisioned: -1)), StringComparison.Ordinal);
        // Short enough for the other functions, but not with the key.
        var shared = SomeEnvironment.SomeFunctions;
        var room = FunctionsArgs.MaxConfigurationBytes - 100 - FunctionConfiguration.Size(FunctionConfiguration.ForApplication(shared));
        shared = shared with { Journal = shared.Journal + new string('a', room) };
        await Rendered.FromAsync(some => some.Functions(shared));
        Assert.Contains("OCI accepts at most 4096", await Rendered.RefusalAsync(some => some.Splitter(shared)), StringComparison.Ordinal);
    }
}
