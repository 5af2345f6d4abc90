using System.Globalization;
using System.Runtime.CompilerServices;
using ModelServing.Contracts;
using ModelServing.Contracts.Journal;
using ModelServing.Journal;
using ModelServing.Oci.Calls;
using Newtonsoft.Json.Linq;
using Oci.NosqlService;
using Oci.NosqlService.Models;
using Oci.NosqlService.Requests;
using Oci.NosqlService.Responses;

namespace ModelServing.Oci.Nosql;

/// <summary>
/// Events in a NoSQL table. Any number of programs may use it at once: the service itself protects a taken number. Each put has the option
/// IF_ABSENT, and the answer to a put that was not done is 200 without a version. infra/Journal creates the table.
/// </summary>
internal sealed class NosqlJournalStore : IJournalStore, IDisposable
{
    private const string Model = "$model";
    private const string After = "$after";
    private const string Last = "$last";

    private readonly SignedClient<NosqlClient> client;
    private readonly TableAddress table;
    private readonly ServiceCalls<NosqlClient> calls;
    private readonly string statement;

    /// <summary>Creates a store that owns <paramref name="client"/>.</summary>
    internal NosqlJournalStore(SignedClient<NosqlClient> client, TableAddress table, CallLimits? limits = null, TimeProvider? time = null)
    {
        this.client = client;
        this.table = table;
        calls = new ServiceCalls<NosqlClient>(client, OciService.Nosql, limits ?? new CallLimits(), time ?? TimeProvider.System);
        // The REST service does not accept ORDER BY. All rows of a model are in one shard, which keeps them in order.
        statement = $"DECLARE {Model} STRING; {After} LONG; {Last} LONG; "
            + $"SELECT seq, event FROM {table.Name} WHERE model = {Model} AND seq > {After} AND seq <= {Last}";
    }

    /// <inheritdoc/>
    public string Location => table.ToString();

    /// <inheritdoc/>
    public async IAsyncEnumerable<JournalEvent> ReadAsync(
        ModelName model, long after, long last, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        await foreach (var (seq, utf8) in ReadRowsAsync(model.Text, after, last, cancellationToken))
            yield return StoredEvent.Read(Location, model, seq, utf8);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ChangeRow> ReadChangesAsync(
        long after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var (number, utf8) in ReadRowsAsync(ChangeRow.Key, after, long.MaxValue, cancellationToken))
            yield return ChangeRow.Read(Location, number, utf8);
    }

    /// <inheritdoc/>
    public async Task<bool> PutIfAbsentAsync(JournalEvent added, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(added);
        return await PutAsync(added.Model.Text, added.Seq, added.ToUtf8(), days: null, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<bool> PutChangeAsync(ChangeRow change, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(change);
        // The service deletes the row.
        return await PutAsync(
            ChangeRow.Key, change.Number, change.ToUtf8(), (int)Math.Ceiling(ChangeRow.Kept.TotalDays), cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => client.Dispose();

    private async Task<bool> PutAsync(string key, long seq, byte[] utf8, int? days, CancellationToken cancellation)
    {
        var request = new UpdateRowRequest
        {
            TableNameOrId = table.Name,
            UpdateRowDetails = new UpdateRowDetails
            {
                CompartmentId = table.Compartment,
                Option = UpdateRowDetails.OptionEnum.IfAbsent,
                Ttl = days,
                Value = new Dictionary<string, object>
                {
                    ["model"] = key,
                    ["seq"] = seq,
                    ["event"] = StoredJson.Write(utf8),
                },
            },
        };
        var mayBeDone = false;
        try
        {
            var answer = await calls.CallAsync(
                (client, once, token) => client.UpdateRow(request, once, token),
                cancellation,
                utf8.Length,
                failure => mayBeDone |= failure.MayBeDone,
                static answer => answer.UpdateRowResult);
            return answer.UpdateRowResult.Version is not null;
        }
        catch (ServiceFailure e)
        {
            throw new JournalException(JournalError.Unavailable, e.ToText($"the journal {Location} can't be written"), e, mayBeDone);
        }
    }

    private async IAsyncEnumerable<(long Seq, byte[] Utf8)> ReadRowsAsync(
        string key, long after, long last, [EnumeratorCancellation] CancellationToken cancellation)
    {
        string? next = null;
        do
        {
            var page = await PageAsync(key, after, last, next, cancellation);
            // A page ends when the service has read enough, and may be empty. Only the last page names no next one.
            foreach (var row in page.QueryResultCollection.Items)
                yield return Read(key, row);
            next = string.IsNullOrEmpty(page.OpcNextPage) ? null : page.OpcNextPage;
        }
        while (next is not null);
    }

    private async Task<QueryResponse> PageAsync(string key, long after, long last, string? page, CancellationToken cancellation)
    {
        try
        {
            return await calls.CallAsync(
                (client, once, token) => client.Query(
                    new QueryRequest
                    {
                        Page = page,
                        QueryDetails = new QueryDetails
                        {
                            CompartmentId = table.Compartment,
                            Statement = statement,
                            Consistency = QueryDetails.ConsistencyEnum.Absolute,
                            Variables = new Dictionary<string, object> { [Model] = key, [After] = after, [Last] = last },
                        },
                    },
                    once,
                    token),
                cancellation,
                part: static answer => answer.QueryResultCollection?.Items);
        }
        catch (ServiceFailure e)
        {
            throw new JournalException(JournalError.Unavailable, e.ToText($"the journal {Location} can't be read"), e);
        }
    }

    private (long Seq, byte[] Utf8) Read(string key, Dictionary<string, object> row) =>
        row.TryGetValue("seq", out var number) && number is long seq && row.TryGetValue("event", out var value) && value is JToken stored
            ? (seq, StoredJson.Read(stored))
            : throw new JournalException(
                JournalError.Damaged,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"a row of {key} in the journal {Location} has no number, or its event is not a JSON object"));
}
