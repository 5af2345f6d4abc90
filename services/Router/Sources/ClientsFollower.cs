using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ModelServing.Contracts;
using ModelServing.Hosting;
using ModelServing.Router.Clients;
using ModelServing.Router.Metrics;

namespace ModelServing.Router.Sources;

/// <summary>
/// Follows the clients document and swaps in a new table for each change. What can't be used changes nothing: the last good table stays,
/// the reason is logged and counted. The router is not ready before it has a table and, where that takes tokens, keys to check them with;
/// what goes wrong later takes no router away that could serve most of its clients.
/// </summary>
internal sealed class ClientsFollower(string path, ClientTableHolder holder, TokenKeyClient keyClient, Readiness readiness, RouterMetrics metrics, TimeProvider time, ILogger<ClientsFollower> logger)
    : BackgroundService
{
    private const string Part = "clients";

    private readonly PolledFile file = new(path, RoutingTableUpdater.Period, time, ClientsDocument.MaxBytes);
    private readonly Lock gate = new();
    private TokenKeySource? keys;

    // Guarded by gate.
    private bool wasReady;

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        readiness.Await(Part, $"no clients document at {path}");
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await file.FollowAsync(TakeAsync, Refuse, stoppingToken);
        await EndKeysAsync();
    }

    private async Task TakeAsync(byte[]? content)
    {
        if (content is null)
        {
            if (holder.Current is not null)
                Refuse($"{path} is gone");
            return;
        }

        ClientsDocument document;
        try
        {
            document = ClientsDocument.Parse(content);
        }
        catch (ContractException e)
        {
            Refuse($"{path}: {e.Message}");
            return;
        }

        var validator = document.Tokens is { } rules ? new TokenValidator(rules, await SourceOfAsync(new Uri(rules.KeysUri)), time) : null;
        holder.Swap(ClientTable.Build(document, validator, holder.Current, time));
        ClientsLog.Applied(logger, document.Clients.Count, document.Tokens is null ? "no tokens" : $"tokens of {string.Join(", ", document.Tokens.Issuers)}", document.Anonymous ? "anonymous callers" : "nobody else");
        if (validator is null)
            await EndKeysAsync();
        SayReady();
    }

    private async Task<TokenKeySource> SourceOfAsync(Uri uri)
    {
        if (keys?.Uri == uri)
            return keys;
        await EndKeysAsync();
        keys = new TokenKeySource(uri, keyClient, SayReady, metrics, time, logger);
        keys.Start();
        return keys;
    }

    private async Task EndKeysAsync()
    {
        if (keys is null)
            return;
        await keys.DisposeAsync();
        keys = null;
    }

    // By whoever comes later, the table or its keys.
    private void SayReady()
    {
        lock (gate)
        {
            if (wasReady || holder.Current is not { } table)
                return;
            wasReady = table.Tokens is not { KeySource.Current: null };
            if (wasReady)
                readiness.Has(Part);
            else
                readiness.Await(Part, $"no keys of tokens from {table.Tokens!.KeySource.Uri}");
        }
    }

    private void Refuse(string why)
    {
        metrics.Refused("clients");
        SourcesLog.Refused(logger, "clients document", why);
    }
}
