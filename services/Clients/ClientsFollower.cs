using Microsoft.Extensions.Logging;
using ModelServing.Contracts;
using ModelServing.Hosting;

namespace ModelServing.Clients;

/// <summary>
/// Follows the clients document and swaps in a new table for each change. A document that cannot be used changes nothing: the last good
/// table stays, and the reason is logged and counted. The host is not ready before it has a table and, if tokens are accepted, the keys
/// to check them. Later failures do not make it unready, because it can still serve most of its clients.
/// </summary>
public sealed class ClientsFollower(
    string path,
    ClientTableHolder holder,
    TokenKeyClient keyClient,
    Readiness readiness,
    IClientMetrics metrics,
    TimeProvider time,
    ILogger<ClientsFollower> logger)
    : LoopingService
{
    private const string Part = "clients";

    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);

    private readonly PolledFile file = new(path, Period, time, ClientsDocument.MaxBytes);
    private readonly Lock gate = new();
    private TokenKeySource? keys;

    // Guarded by gate.
    private bool wasReady;

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        readiness.Await(Part, $"no clients document at {path}");
        return base.StartAsync(cancellationToken);
    }

    protected override async Task RunAsync(HostLoops loops, CancellationToken stopping)
    {
        await loops.FollowAsync(
            Part,
            (succeeded, token) => file.FollowAsync(
                async content =>
                {
                    await ApplyAsync(content);
                    succeeded();
                },
                Refuse,
                token),
            stopping);
        await StopKeysAsync();
    }

    private async Task ApplyAsync(ReadOnlyMemory<byte>? content)
    {
        if (content is not { } utf8)
        {
            if (holder.Current is not null)
                Refuse($"{path} is gone");
            return;
        }

        ClientsDocument document;
        try
        {
            document = ClientsDocument.Parse(utf8.Span);
        }
        catch (ContractException e)
        {
            Refuse($"{path}: {e.Message}");
            return;
        }

        var validator = document.Tokens is { } rules ? new TokenValidator(rules, await KeySourceAsync(new Uri(rules.KeysUri)), time) : null;
        holder.Swap(ClientTable.Build(document, validator, holder.Current, time));
        ClientsLog.Applied(
            logger,
            document.Clients.Count,
            document.Tokens is null ? "no tokens" : $"tokens of {string.Join(", ", document.Tokens.Issuers)}",
            document.Anonymous ? "anonymous callers" : "no anonymous callers");
        if (validator is null)
            await StopKeysAsync();
        ReportReadiness();
    }

    private async Task<TokenKeySource> KeySourceAsync(Uri uri)
    {
        if (keys?.Uri == uri)
            return keys;
        await StopKeysAsync();
        keys = new TokenKeySource(uri, keyClient, ReportReadiness, metrics, time, logger);
        keys.Start();
        return keys;
    }

    private async Task StopKeysAsync()
    {
        if (keys is null)
            return;
        await keys.DisposeAsync();
        keys = null;
    }

    // Called when the table is swapped in, and when its keys arrive.
    private void ReportReadiness()
    {
        lock (gate)
        {
            if (wasReady || holder.Current is not { } table)
                return;
            wasReady = table.Tokens is not { KeySource.Current: null };
            if (wasReady)
                readiness.Has(Part);
            else
                readiness.Await(Part, $"no token keys from {table.Tokens!.KeySource.Uri}");
        }
    }

    private void Refuse(string why)
    {
        metrics.DocumentRefused();
        ClientsLog.Refused(logger, why);
        if (holder.Current is null)
            readiness.Await(Part, $"no clients yet: {why}");
    }
}
