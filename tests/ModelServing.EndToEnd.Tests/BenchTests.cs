using System.Diagnostics;
using System.Text.Json;
using ModelServing.TestKit;

namespace ModelServing.EndToEnd.Tests;

public class BenchTests
{
    [Fact]
    [Trait(ThirdLane.Trait, ThirdLane.Value)]
    public async Task The_router_is_measured_against_nginx_and_two_libraries_in_one_run()
    {
        Assert.SkipUnless(
            IsInstalled("nginx") && IsInstalled("wrk"),
            "nginx and wrk are not installed: sudo apt-get install -y --no-install-recommends nginx-core wrk");
        var report = await MeasureAsync("router");
        Assert.True(report.GetProperty("ratio").GetProperty("median").GetDouble() > 0, report.GetRawText());
        var servers = report.GetProperty("servers")
            .EnumerateArray()
            .Select(static server => server.GetProperty("name").GetString());
        string[] expected = ["backend", "nginx", "router", "bare", "yarp", "sockets"];
        Assert.Equal(expected, servers.Where(static name => name != "haproxy"));
        var compared = report.GetProperty("processorRatios").EnumerateArray()
            .Where(static ratio => ratio.GetProperty("ratio").GetProperty("median").GetDouble() > 0)
            .Select(static ratio => $"{ratio.GetProperty("server")} / {ratio.GetProperty("against")}");
        Assert.Superset(new HashSet<string>(["router / yarp", "router / sockets", "bare / sockets"]), compared.ToHashSet());
    }

    [Fact]
    [Trait(ThirdLane.Trait, FourthLane.Value)]
    public async Task Reads_of_features_are_measured_beside_raw_GETs_and_events_through_the_feature_server()
    {
        Assert.SkipUnless(
            IsInstalled("redis-server") && IsInstalled("redis-benchmark"),
            "redis-server is not installed: sudo apt-get install -y --no-install-recommends redis-server redis-tools");
        var report = await MeasureAsync("features");
        var store = report.GetProperty("store");
        Assert.Equal((250, 5), (store.GetProperty("features").GetInt32(), store.GetProperty("views").GetInt32()));
        var reads = store.GetProperty("reads").EnumerateArray().ToList();
        Assert.Equal([1, 100], reads.Select(static read => read.GetProperty("entities").GetInt32()));
        Assert.Equal([10, 505], reads.Select(static read => read.GetProperty("keys").GetInt32()));
        Assert.All(reads, static read => Assert.All(
            (string[])["ratio", "read", "rawGets", "benchmarkGets", "benchmarkMget"],
            figure => Assert.True(read.GetProperty(figure).GetDouble() > 0, figure)));
        var ingest = report.GetProperty("ingest").EnumerateArray().ToList();
        Assert.Equal([0, 1, 5], ingest.Select(static row => row.GetProperty("views").GetInt32()));
        Assert.All(ingest, static row => Assert.True(row.GetProperty("perCoreSecond").GetDouble() > 0));
    }

    [Fact]
    [Trait(ThirdLane.Trait, FourthLane.Value)]
    public async Task A_router_is_measured_with_more_and_more_models()
    {
        var report = await MeasureAsync("scale");
        var rows = report.GetProperty("rows").EnumerateArray().ToList();
        Assert.Equal([1, 10], rows.Select(static row => row.GetProperty("models").GetInt32()));
        Assert.All(rows, static row => Assert.All(
            (string[])["planBytes", "storedBytes", "startSeconds", "memoryMegabytes", "metricsBytes"],
            figure => Assert.True(row.GetProperty(figure).GetDouble() > 0, figure)));

        // The platform itself, the router, the functions and the two processes of the pool.
        var pool = Assert.Single(report.GetProperty("pools").EnumerateArray());
        Assert.Equal((4, 5), (pool.GetProperty("models").GetInt32(), pool.GetProperty("processes").GetInt32()));
        Assert.All((string[])["usedMegabytes", "ratio"], figure => Assert.True(pool.GetProperty(figure).GetDouble() > 0, figure));
    }

    [Fact]
    [Trait(ThirdLane.Trait, FourthLane.Value)]
    public async Task An_export_of_ten_times_as_many_predictions_needs_no_more_memory()
    {
        // It fails if the memory follows the rows.
        var report = await MeasureAsync("export");
        Assert.Equal([12_000, 120_000], report.EnumerateArray().Select(static one => one.GetProperty("rows").GetInt32()));
        Assert.All(report.EnumerateArray(), one => Assert.True(one.GetProperty("peakMegabytes").GetDouble() > 0, report.GetRawText()));
    }

    [Fact]
    [Trait(ThirdLane.Trait, FourthLane.Value)]
    public async Task Requests_by_way_of_the_function_are_measured_beside_the_router_and_its_cold_start_too()
    {
        Assert.SkipUnless(
            IsInstalled("nginx") && IsInstalled("redis-server"),
            "nginx and redis-server are not installed: sudo apt-get install -y --no-install-recommends nginx-core redis-server");
        var report = await MeasureAsync("splitting");
        var ways = report.GetProperty("ways").EnumerateArray().ToList();
        Assert.Equal(["router", "function"], ways.Select(static way => way.GetProperty("name").GetString()));
        Assert.All(
            (string[])["requestsPerSecond", "p50Milliseconds", "function", "router"],
            figure => Assert.True(ways[1].GetProperty(figure).GetProperty("median").GetDouble() > 0, report.GetRawText()));
        // In a second, the cache may use less than a tick of the processor's clock.
        Assert.True(ways[1].GetProperty("cache").GetProperty("median").GetDouble() >= 0, report.GetRawText());
        Assert.True(report.GetProperty("starts")[0].GetProperty("starts")[0].GetProperty("seconds").GetDouble() > 0);
    }

    [Fact]
    [Trait(ThirdLane.Trait, FourthLane.Value)]
    public async Task A_functions_start_is_measured_until_its_first_answer()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "functions run on Linux");
        var report = await MeasureAsync("functions");
        var start = report.GetProperty("publishings")[0].GetProperty("starts")[0];
        Assert.True(start.GetProperty("answered").GetDouble() >= start.GetProperty("listening").GetDouble(), report.GetRawText());
    }

    [Fact]
    [Trait(ThirdLane.Trait, ThirdLane.Value)]
    public async Task No_attack_on_memory_kills_a_small_pod_or_fails_a_good_request()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "memory cgroups are Linux's");
        // Some attacks wait for a deadline of ten seconds.
        var output = await SoakAsync("memory", "--short", "--memory", "512");
        Assert.Contains("Nothing was killed", output, StringComparison.Ordinal);
    }

    [Fact]
    [Trait(ThirdLane.Trait, ThirdLane.Value)]
    public async Task A_random_mix_of_hostile_input_ends_no_program_and_condemns_no_canary()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the programs are found in /proc");
        var output = await SoakAsync("hostile", "--for", "5s", "--clients", "4");
        Assert.Contains("no canary was condemned", output, StringComparison.Ordinal);
    }

    [Fact]
    [Trait(ThirdLane.Trait, ThirdLane.Value)]
    public async Task A_client_that_floods_a_canary_does_not_have_it_condemned_and_a_canary_that_fails_is_condemned_all_the_same()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only Linux tells the processor time of a thread");
        string[] attack = ["evidence", "--attack", "large compressed", "--slower-than", "50ms", "--deadline", "20000", "--seconds"];
        Assert.Contains("The good canary stayed", await SoakAsync([.. attack, "6"]), StringComparison.Ordinal);
        Assert.Contains("The bad canary was condemned", await SoakAsync([.. attack, "20", "--bad"]), StringComparison.Ordinal);
    }

    [Fact]
    [Trait(ThirdLane.Trait, ThirdLane.Value)]
    public async Task Too_many_requests_are_refused_and_the_runtime_ends_runs_that_would_not_end()
    {
        var output = await SoakAsync("overload", "--short");
        Assert.Contains("Every promise was kept.", output, StringComparison.Ordinal);
    }

    [Fact]
    [Trait(ThirdLane.Trait, FourthLane.Value)]
    public async Task Every_answered_prediction_is_in_the_store_once_whatever_is_killed()
    {
        var output = await SoakAsync("log", "--runs", "20");
        Assert.Contains("each is in the store exactly once, as it was answered", output, StringComparison.Ordinal);
    }

    [Fact]
    [Trait(ThirdLane.Trait, ThirdLane.Value)]
    public async Task No_prediction_is_lost_and_no_caller_is_harmed_while_the_store_throttles_or_is_away()
    {
        var output = await SoakAsync("log", "--faults", "--throttled", "5", "--away", "3", "--rate", "100");
        Assert.Contains(", 0 were not; each answered one is in the store exactly once", output, StringComparison.Ordinal);
    }

    [Fact]
    [Trait(ThirdLane.Trait, FourthLane.Value)]
    public async Task The_features_of_predictions_have_the_same_bits_when_the_event_log_is_replayed_to_their_sequences()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the feature server is found in /proc");
        var output = await SoakAsync("features", "--transactions", "400");
        Assert.Contains("Each value is equal bit for bit", output, StringComparison.Ordinal);
    }

    // Measures as briefly as possible, and returns the report.
    private static async Task<JsonElement> MeasureAsync(string command)
    {
        using var report = JsonDocument.Parse(await RunAsync(MsProcess.Timeout, command, "--short", "--json"));
        return report.RootElement.Clone();
    }

    private static Task<string> SoakAsync(params string[] arguments) => RunAsync(5 * MsProcess.Timeout, ["soak", .. arguments]);

    private static async Task<string> RunAsync(TimeSpan timeout, params string[] arguments)
    {
        using var bench = Process.Start(new ProcessStartInfo("dotnet", [MsProcess.Program("Bench", "ModelServing.Bench"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = bench.StandardError.ReadToEndAsync();
        var output = await bench.StandardOutput.ReadToEndAsync().WaitAsync(timeout);
        await bench.WaitForExitAsync();
        Assert.True(bench.ExitCode == 0, output + await errors);
        return output;
    }

    private static bool IsInstalled(string program) =>
        $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin".Split(':').Any(folder => File.Exists(Path.Combine(folder, program)));
}
