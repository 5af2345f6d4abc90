using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;
using ModelServing.Settings;
using ModelServing.Settings.Models;

namespace ModelServing.Services.Tests.Settings.Models;

public class PredictionLogMakerTests
{
    private static readonly ModelName A = ModelName.Parse("a");

    private static readonly string Key = new('7', 64);

    [Fact]
    public void By_default_every_prediction_is_recorded()
    {
        var settings = Settings("", "");
        var made = PredictionLogMaker.ForVersion(settings, A, "sqlite:/p.db", "/spool");
        Assert.Equal(new PredictionLogSettings { Store = "sqlite:/p.db", Spool = "/spool", Drop = made!.Drop, Hash = made.Hash }, made);
        Assert.Equal((PredictionLogSettings.WholeSample, 0, 0), (made.Sample, made.Drop.Count, made.Hash.Count));
        Assert.Equal((SpoolMode.Process, false, 1L << 30, 30), (made.Mode, made.RefuseWhenFull, made.SpoolBytes, made.RetentionDays));
    }

    [Fact]
    public void A_version_gets_what_the_stack_file_says_and_a_router_what_is_not_of_one_model()
    {
        var settings = Settings(
            "sample: 12.5, drop: [card], hash: [name]",
            $"mode: disk, whenFull: refuse, spoolBytes: 2000000, retentionDays: 7, hashKey: '{Key}'");
        var version = PredictionLogMaker.ForVersion(settings, A, "sqlite:/p.db", "/spool")!;
        Assert.Equal((1250, "card", "name"), (version.Sample, version.Drop.Single(), version.Hash.Single()));
        var router = PredictionLogMaker.ForRouter(settings, "sqlite:/p.db", "/spool")!;
        Assert.Equal((PredictionLogSettings.WholeSample, 0, 0), (router.Sample, router.Drop.Count, router.Hash.Count));
        foreach (var made in (PredictionLogSettings[])[version, router])
        {
            Assert.Equal((SpoolMode.Disk, true, 2_000_000L, 7), (made.Mode, made.RefuseWhenFull, made.SpoolBytes, made.RetentionDays));
            Assert.Equal(Key, made.HashKey);
        }
    }

    [Fact]
    public void An_encrypted_key_is_no_key_here() => Assert.Null(
        PredictionLogMaker.ForRouter(Settings("", "hashKey: { secure: v1:x }"), "sqlite:/p.db", "/spool")!.HashKey);

    [Fact]
    public void A_log_that_is_off_has_no_settings()
    {
        var settings = Settings("sample: 5", "mode: off");
        Assert.Null(PredictionLogMaker.ForVersion(settings, A, "sqlite:/p.db", "/spool"));
        Assert.Null(PredictionLogMaker.ForRouter(settings, "sqlite:/p.db", "/spool"));
    }

    private static StackSettings Settings(string model, string log) => StackFile.Parse(
        $"config: {{ modelserving:models: {{ a: {{ stable: {{ version: 1 }}, predictions: {{ {model} }} }} }}, "
        + $"modelserving:predictions: {{ {log} }} }}").File!.Settings;
}
