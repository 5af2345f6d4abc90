using System.Text.Json;
using ModelServing.TestKit.Hostile;

namespace ModelServing.EndToEnd.Tests;

/// <summary>The inputs of <c>tests/Hostile</c>, against the processes of <c>ms up</c>.</summary>
public sealed class HostileTests(HostileTests.Fixture fixture) : IClassFixture<HostileTests.Fixture>
{
    public static TheoryData<string> Kinds => [.. HostileRequests.Kinds.Where(static kind => kind != "memory")];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Hostile_requests_are_answered_as_the_data_say_and_cost_nobody_else_anything(string kind)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the processes are found in /proc");
        var faults = await HostileRound.RunAsync(fixture.Platform, kind, TestContext.Current.CancellationToken);
        Assert.True(faults.Count == 0, $"{string.Join('\n', faults)}\n{fixture.Platform.Output}");
    }

    [Fact]
    public async Task A_models_metadata_list_the_versions_that_a_path_may_name()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the processes are found in /proc");
        using var client = new HttpClient { BaseAddress = fixture.Platform.Api };
        Assert.Equal(["1", "2"], await VersionsAsync(""));
        Assert.Equal(["2"], await VersionsAsync("/versions/2"));

        async Task<IEnumerable<string?>> VersionsAsync(string version)
        {
            var path = new Uri($"/v2/models/text{version}", UriKind.Relative);
            using var metadata = JsonDocument.Parse(await client.GetStringAsync(path, TestContext.Current.CancellationToken));
            return [.. metadata.RootElement.GetProperty("versions").EnumerateArray().Select(static one => one.GetString())];
        }
    }

    public sealed class Fixture : IAsyncLifetime
    {
        internal HostilePlatform Platform { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            if (OperatingSystem.IsLinux())
                Platform = await HostilePlatform.StartAsync(canaryPercent: 50, deadline: TimeSpan.FromSeconds(2));
        }

        public async ValueTask DisposeAsync()
        {
            if (Platform is not null)
                await Platform.DisposeAsync();
        }
    }
}
