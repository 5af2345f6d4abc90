using System.Net.Sockets;
using CsCheck;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ModelServing.Contracts;
using ModelServing.Router.Metrics;
using ModelServing.Router.Sources;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Router.Sources;

[Collection(RunningRouter.OneAtATime)]
public sealed class DnsEndpointsTests : IDisposable
{
    private const string One = "fraud-v1.modelserving.svc";
    private const string Two = "fraud-v2.modelserving.svc";
    private const string Three = "fraud-v3.modelserving.svc";

    private readonly SomeNames names = new();
    private readonly SteppedTime time = new();
    private readonly RecordedLog log = new();
    private readonly ServiceProvider services = new ServiceCollection().AddMetrics().AddSingleton<RouterMetrics>().BuildServiceProvider();
    private readonly DnsEndpoints endpoints;

    public DnsEndpointsTests() => endpoints = Make(names);

    public void Dispose() => services.Dispose();

    [Fact]
    public async Task A_versions_endpoints_are_all_addresses_of_its_name()
    {
        names.Has(One, "10.0.0.1", "10.0.0.2", "fd00::1", "10.0.0.1");
        names.Has(Two, "10.0.0.3");
        await ReadAsync(SomePlan.Canary(100));
        AssertEndpoints("1 10.0.0.1:8080", "1 10.0.0.2:8080", "1 [fd00::1]:8080", "2 10.0.0.3:8080");
        Assert.All(
            endpoints.Current.Endpoints,
            entry => Assert.Equal(entry.Address, System.Net.IPEndPoint.Parse(entry.Address).ToString()));
    }

    [Fact]
    public async Task Kept_versions_are_looked_up_too_and_versions_outside_the_plan_are_not()
    {
        foreach (var (name, address) in (ReadOnlySpan<(string, string)>)[(One, "10.0.0.1"), (Two, "10.0.0.2"), (Three, "10.0.0.3")])
            names.Has(name, address);
        await ReadAsync(SomePlan.Stable().Keeping(3));
        AssertEndpoints("1 10.0.0.1:8080", "3 10.0.0.3:8080");

        await ReadAsync(SomePlan.Canary(100));
        AssertEndpoints("1 10.0.0.1:8080", "2 10.0.0.2:8080");
        await RoundAsync(expectChange: false);
        Assert.Equal(1, names.TimesAsked(Three));
    }

    [Fact]
    public async Task A_thousand_addresses_in_another_order_are_not_a_change()
    {
        string[] addresses = [.. Enumerable.Range(0, 1000).Select(i => $"10.1.{i / 250}.{i % 250}")];
        names.Has(One, addresses);
        await ReadAsync(SomePlan.Stable());
        Assert.Equal(1000, endpoints.Current.Endpoints.Count);
        var before = endpoints.Current;
        new Random(5).Shuffle(addresses);
        names.Has(One, addresses);
        await RoundAsync(expectChange: false);
        Assert.Same(before, endpoints.Current);
        names.Has(One, addresses[1..]);
        await RoundAsync(expectChange: true);
        Assert.Equal(999, endpoints.Current.Endpoints.Count);
    }

    [Theory]
    [InlineData(SocketError.HostNotFound)]
    [InlineData(SocketError.NoData)]
    [InlineData(null)]
    public async Task The_third_empty_answer_in_a_row_empties_the_endpoints(SocketError? how)
    {
        void Empty()
        {
            if (how is { } error)
                names.HasNot(One, error);
            else
                names.Has(One);
        }

        names.Has(One, "10.0.0.1");
        await ReadAsync(SomePlan.Stable());
        Empty();
        await RoundAsync(expectChange: false);
        await RoundAsync(expectChange: false);
        names.Has(One, "10.0.0.1");
        await RoundAsync(expectChange: false);
        Empty();
        await RoundAsync(expectChange: false);
        await RoundAsync(expectChange: false);
        AssertEndpoints("1 10.0.0.1:8080");
        await RoundAsync(expectChange: true);
        AssertEndpoints();
        names.Has(One, "10.0.0.9");
        await RoundAsync(expectChange: true);
        AssertEndpoints("1 10.0.0.9:8080");
        Assert.Empty(log.Errors);
    }

    [Theory]
    [InlineData(SocketError.TryAgain)]
    [InlineData(SocketError.NoRecovery)]
    [InlineData(null)]
    public async Task A_failed_lookup_keeps_the_last_addresses_and_is_counted_each_time_and_logged_once(SocketError? how)
    {
        using var failures = new Counted(MetricNames.RouterFailedLookups);
        names.Has(One, "10.0.0.1");
        names.Has(Two, "10.0.0.2");
        await ReadAsync(SomePlan.Canary(100));
        if (how is { } error)
            names.Fails(Two, error);
        else
            names.Hangs(Two);
        names.Has(One, "10.0.0.5");
        for (var i = 0; i < 9; i++)
            await RoundAsync(expectChange: i == 0);
        AssertEndpoints("1 10.0.0.5:8080", "2 10.0.0.2:8080");
        Assert.Equal(9, failures.Count);
        Assert.Contains(how?.ToString() ?? "no answer within 2 s", Assert.Single(log.Errors), StringComparison.Ordinal);
        Assert.Contains(Two, log.Errors.Single(), StringComparison.Ordinal);

        names.Has(Two, "10.0.0.2");
        await RoundAsync(expectChange: false);
        names.Fails(Two, how ?? SocketError.TryAgain);
        await RoundAsync(expectChange: false);
        Assert.Equal(2, log.Errors.Count);
    }

    [Fact]
    public async Task A_failure_in_between_restarts_the_count_of_empty_answers()
    {
        names.Has(One, "10.0.0.1");
        await ReadAsync(SomePlan.Stable());
        for (var i = 0; i < 4; i++)
        {
            names.HasNot(One);
            await RoundAsync(expectChange: false);
            await RoundAsync(expectChange: false);
            names.Fails(One);
            await RoundAsync(expectChange: false);
        }

        AssertEndpoints("1 10.0.0.1:8080");
    }

    [Fact]
    public async Task Endpoints_are_unknown_until_the_first_answer_and_known_from_then_on()
    {
        Assert.NotNull(endpoints.Unknown);
        names.Fails(One);
        names.Fails(Two);
        await ReadAsync(SomePlan.Canary(100));
        Assert.Contains("can't be looked up", endpoints.Unknown, StringComparison.Ordinal);
        // An empty answer is an answer, and must be reported although no endpoint changed.
        names.HasNot(Two);
        await RoundAsync(expectChange: true);
        Assert.Null(endpoints.Unknown);
        names.Fails(Two);
        await RoundAsync(expectChange: false);
        Assert.Null(endpoints.Unknown);
    }

    [Fact]
    public async Task A_plan_without_models_needs_no_lookup()
    {
        await ReadAsync(new PlanDocument { Schema = PlanDocument.CurrentSchema, Rollouts = [] });
        Assert.Null(endpoints.Unknown);
    }

    [Fact]
    public async Task A_new_plan_waits_for_its_new_names_only_and_not_for_long()
    {
        names.Has(One, "10.0.0.1");
        await ReadAsync(SomePlan.Stable());
        names.Hangs(One);
        names.Hangs(Two);
        var reading = endpoints.ReadForAsync(VersionsOf(SomePlan.Canary(100)), TestContext.Current.CancellationToken);
        Assert.False(reading.IsCompleted);
        AssertEndpoints("1 10.0.0.1:8080");
        time.Advance(DnsEndpoints.Limit);
        await reading.WaitAsync(RawConnection.Patience, TestContext.Current.CancellationToken);
        Assert.Equal(1, names.TimesAsked(One));
        AssertEndpoints("1 10.0.0.1:8080");

        names.Has(Two, "10.0.0.2");
        await RoundAsync(expectChange: true);
        AssertEndpoints("1 10.0.0.1:8080", "2 10.0.0.2:8080");
    }

    [Fact]
    public async Task Answers_for_names_that_left_the_plan_meanwhile_are_dropped()
    {
        names.Has(One, "10.0.0.1");
        names.Has(Two, "10.0.0.2");
        await ReadAsync(SomePlan.Canary(100));
        names.Hangs(One);
        names.Has(Two, "10.0.0.3");
        var round = endpoints.RunRoundAsync(TestContext.Current.CancellationToken);
        await ReadAsync(SomePlan.Stable());
        time.Advance(DnsEndpoints.Limit);
        Assert.False(await round.WaitAsync(RawConnection.Patience, TestContext.Current.CancellationToken));
        AssertEndpoints("1 10.0.0.1:8080");
    }

    [Fact]
    public async Task Names_are_looked_up_about_every_two_seconds()
    {
        names.Has(One, "10.0.0.1");
        await ReadAsync(SomePlan.Stable());
        using var stop = new CancellationTokenSource();
        var changes = 0;
        var following = endpoints.FollowAsync(
            () =>
            {
                changes++;
                return Task.CompletedTask;
            },
            stop.Token);
        time.Advance(TimeSpan.FromSeconds(1.79));
        Assert.Equal(1, names.TimesAsked(One));
        for (var round = 1; round <= 20; round++)
        {
            if (round == 10)
                names.Has(One, "10.0.0.2");
            await RunningRouter.UntilAsync(() => time.Waiting > 0, "it waits for its next round");
            time.Advance(TimeSpan.FromSeconds(2.2));
            await RunningRouter.UntilAsync(() => names.TimesAsked(One) > round, "it looks up the name");
        }

        await RunningRouter.UntilAsync(() => changes == 1, "the change is reported");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => following.WaitAsync(RawConnection.Patience, TestContext.Current.CancellationToken));
        Assert.Equal(1, changes);
        AssertEndpoints("1 10.0.0.2:8080");
    }

    [Fact]
    public async Task Whatever_the_servers_answer_the_endpoints_are_the_last_good_ones() =>
        await Gen.Int[-2, 3].Array[2].Array[1, 40].SampleAsync(async rounds =>
        {
            // -2: failed, -1: no such name, 0: no address, otherwise the number of addresses. Each name starts with the answer of the first
            // round.
            var names = new SomeNames();
            var source = Make(names);
            var known = new string[][] { [], [] };
            var nothing = new int[2];
            for (var i = 0; i < rounds.Length; i++)
            {
                var isDifferent = false;
                for (var n = 0; n < 2; n++)
                {
                    var (name, answer) = (n == 0 ? One : Two, rounds[i][n]);
                    string[] addresses = [.. Enumerable.Range(1, Math.Max(0, answer)).Select(a => $"10.0.{n}.{a}")];
                    if (answer == -2)
                        names.Fails(name);
                    else if (answer == -1)
                        names.HasNot(name);
                    else
                        names.Has(name, [.. addresses.Reverse()]);
                    nothing[n] = answer is -1 or 0 ? nothing[n] + 1 : 0;
                    if (answer == -2 || (addresses.Length == 0 && nothing[n] < 3) || addresses.SequenceEqual(known[n]))
                        continue;
                    known[n] = addresses;
                    isDifferent = true;
                }

                var wasUnknown = source.Unknown is not null;
                if (i == 0)
                    await source.ReadForAsync(VersionsOf(SomePlan.Canary(100)), CancellationToken.None);
                else
                    Assert.Equal(await source.RunRoundAsync(CancellationToken.None), isDifferent || (wasUnknown && source.Unknown is null));
                Assert.Equal(
                    [.. known[0].Select(a => $"1 {a}:8080"), .. known[1].Select(a => $"2 {a}:8080")],
                    source.Current.Endpoints.Select(entry => $"{entry.Version} {entry.Address}").Order(StringComparer.Ordinal));
            }
        });

    private DnsEndpoints Make(SomeNames names) => new(
        ServiceNames.Parse(HostSources.Dns("modelserving")),
        names.LookUpAsync,
        services.GetRequiredService<RouterMetrics>(),
        time,
        log.For<DnsEndpoints>());

    private static (ModelName Model, ModelVersion Version)[] VersionsOf(PlanDocument plan) =>
        [.. plan.Rollouts.SelectMany(static pair => pair.Value.Versions.Select(version => (pair.Key, version)))];

    private Task ReadAsync(PlanDocument plan) =>
        endpoints.ReadForAsync(VersionsOf(plan), TestContext.Current.CancellationToken)
            .WaitAsync(RawConnection.Patience, TestContext.Current.CancellationToken);

    private async Task RoundAsync(bool expectChange)
    {
        var round = endpoints.RunRoundAsync(TestContext.Current.CancellationToken);
        if (!round.IsCompleted)
            time.Advance(DnsEndpoints.Limit);
        Assert.Equal(expectChange, await round.WaitAsync(RawConnection.Patience, TestContext.Current.CancellationToken));
    }

    private void AssertEndpoints(params string[] expected) => Assert.Equal(
        expected.Order(StringComparer.Ordinal),
        endpoints.Current.Endpoints.Select(entry => $"{entry.Version} {entry.Address}").Order(StringComparer.Ordinal));

    private sealed class Counted : IDisposable
    {
        private readonly System.Diagnostics.Metrics.MeterListener listener = new();
        private long count;

        internal Counted(string instrument)
        {
            listener.InstrumentPublished = (published, listener) =>
            {
                if (published.Name == instrument)
                    listener.EnableMeasurementEvents(published);
            };
            listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
            {
                Assert.Equal([new("model", "fraud"), new("version", "2")], tags.ToArray());
                count += value;
            });
            listener.Start();
        }

        internal long Count => count;

        public void Dispose() => listener.Dispose();
    }

    private sealed class RecordedLog : ILoggerProvider, ILogger
    {
        internal List<string> Errors { get; } = [];

        internal ILogger<T> For<T>()
        {
            var factory = LoggerFactory.Create(builder => builder.AddProvider(this));
            return factory.CreateLogger<T>();
        }

        public ILogger CreateLogger(string categoryName) => this;

        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (logLevel >= LogLevel.Error)
                Errors.Add(formatter(state, exception));
        }

        public void Dispose()
        {
        }
    }
}
