namespace ModelServing.EndToEnd.Tests;

/// <summary>The long tests in their short form.</summary>
public class SoakTests
{
    [Fact]
    public async Task No_attack_on_memory_kills_a_small_pod_or_fails_a_good_request()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "memory cgroups are Linux's");
        // Some attacks wait for a deadline of ten seconds.
        var output = await SoakAsync("memory", "--short", "--memory", "512");
        Assert.Contains("Nothing was killed", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_random_mix_of_hostile_input_ends_no_program_and_condemns_no_canary()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the programs are found in /proc");
        var output = await SoakAsync("hostile", "--for", "5s", "--clients", "4");
        Assert.Contains("no canary was condemned", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_floods_a_canary_does_not_have_it_condemned_and_a_canary_that_fails_is_condemned_all_the_same()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only Linux tells the processor time of a thread");
        string[] attack = ["evidence", "--attack", "large compressed", "--slower-than", "50ms", "--deadline", "20000", "--seconds"];
        Assert.Contains("The good canary stayed", await SoakAsync([.. attack, "6"]), StringComparison.Ordinal);
        Assert.Contains("The bad canary was condemned", await SoakAsync([.. attack, "20", "--bad"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Too_many_requests_are_refused_and_the_runtime_ends_runs_that_would_not_end()
    {
        var output = await SoakAsync("overload", "--short");
        Assert.Contains("Every promise was kept.", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_answered_prediction_is_in_the_store_once_whatever_is_killed()
    {
        var output = await SoakAsync("log", "--runs", "12");
        Assert.Contains("each is in the store exactly once, as it was answered", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_prediction_is_lost_and_no_caller_is_harmed_while_the_store_throttles_or_is_away()
    {
        var output = await SoakAsync("log", "--faults", "--throttled", "5", "--away", "3", "--rate", "100");
        Assert.Contains(", 0 were not; each answered one is in the store exactly once", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_features_of_predictions_have_the_same_bits_when_the_event_log_is_replayed_to_their_sequences()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the feature server is found in /proc");
        var output = await SoakAsync("features", "--transactions", "400");
        Assert.Contains("Each value is equal bit for bit", output, StringComparison.Ordinal);
    }

    private static Task<string> SoakAsync(params string[] arguments) =>
        BenchProcess.RunAsync(5 * MsProcess.Timeout, ["soak", .. arguments]);
}
