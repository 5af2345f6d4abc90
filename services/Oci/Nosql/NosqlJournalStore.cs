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
        statement = $"DECLARE {Model} STRING; {After} LONG; "
            + $"SELECT seq, event FROM {table.Name} WHERE model = {Model} AND seq > {After}";
    }

    /// <inheritdoc/>
    public string Location => table.ToString();

    /// <inheritdoc/>
    public async IAsyncEnumerable<JournalEvent> ReadAsync(
        ModelName model, long after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        string? next = null;
        do
        {
            var page = await PageAsync(model, after, next, cancellationToken);
            // A page ends when the service has read enough, and may be empty. Only the last page names no next one.
            foreach (var row in page.QueryResultCollection?.Items ?? [])
                yield return Read(model, row);
            next = string.IsNullOrEmpty(page.OpcNextPage) ? null : page.OpcNextPage;
        }
        while (next is not null);
    }

    /// <inheritdoc/>
    public async Task<bool> PutIfAbsentAsync(JournalEvent added, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(added);
        var utf8 = added.ToUtf8();
        var request = new UpdateRowRequest
        {
            TableNameOrId = table.Name,
            UpdateRowDetails = new UpdateRowDetails
            {
                CompartmentId = table.Compartment,
                Option = UpdateRowDetails.OptionEnum.IfAbsent,
                Value = new Dictionary<string, object>
                {
                    ["model"] = added.Model.Text,
                    ["seq"] = added.Seq,
                    ["event"] = StoredJson.Write(utf8),
                },
            },
        };
        var mayBeDone = false;
        try
        {
            var answer = await calls.CallAsync(
                (client, once, token) => client.UpdateRow(request, once, token),
                cancellationToken,
                utf8.Length,
                failure => mayBeDone |= failure.MayBeDone);
            return answer.UpdateRowResult?.Version is not null;
        }
        catch (ServiceFailure e)
        {
            throw new JournalException(JournalError.Unavailable, e.ToText($"the journal {Location} can't be written"), e, mayBeDone);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => client.Dispose();

    private async Task<QueryResponse> PageAsync(ModelName model, long after, string? page, CancellationToken cancellation)
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
                            Variables = new Dictionary<string, object> { [Model] = model.Text, [After] = after },
                        },
                    },
                    once,
                    token),
                cancellation);
        }
        catch (ServiceFailure e)
        {
            throw new JournalException(JournalError.Unavailable, e.ToText($"the journal {Location} can't be read"), e);
        }
    }

    private JournalEvent Read(ModelName model, Dictionary<string, object> row) =>
        row.TryGetValue("seq", out var number) && number is long seq && row.TryGetValue("event", out var value) && value is JToken stored
            ? StoredEvent.Read(Location, model, seq, StoredJson.Read(stored))
            : throw new JournalException(
                JournalError.Damaged,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"a row of {model} in the journal {Location} has no number, or its event is not a JSON object"));
}
