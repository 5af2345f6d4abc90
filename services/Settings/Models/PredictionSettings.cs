using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Models;

/// <summary>The log of predictions: <c>modelserving:predictions</c>.</summary>
public sealed record PredictionSettings
{
    [Setting(
        "What a record survives once its answer has left: the end of the process (`process`), or the end of the machine too (`disk`, with "
        + "which answers wait for the disk). `off` records nothing.")]
    public PredictionLogMode Mode { get; init; } = PredictionLogMode.Process;

    [Setting(
        "What happens to a request whose record does not fit into the spool: `serve` answers it and counts the record as lost, `refuse` "
        + "answers 503.")]
    public FullSpool WhenFull { get; init; } = FullSpool.Serve;

    [Setting(
        "The most bytes of each process's spool, where records wait until they are stored. The default is 1 GiB.",
        Min = "1048576",
        Max = "1099511627776")]
    public long SpoolBytes { get; init; } = 1024 * 1024 * 1024;

    [Setting("How many days records and outcomes are kept.", Min = "1", Max = "3650")]
    public int RetentionDays { get; init; } = 30;

    [Setting(
        "The key of the hashes of routing keys and of the data in `models.MODEL.predictions.hash`. Without it, no routing key is recorded. "
        + "In the cloud it must be encrypted, with `pulumi config set --secret --path modelserving:predictions.hashKey`. `ms up` can't "
        + "decrypt it: it uses a key in plain text only.",
        Pattern = "^[0-9A-Fa-f]{64}$",
        Form = "64 hexadecimal digits, encrypted",
        Example = "the output of openssl rand -hex 32")]
    public SecretText? HashKey { get; init; }
}
