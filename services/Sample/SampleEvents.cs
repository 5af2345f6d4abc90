using System.Globalization;
using System.Text.Json;
using ModelServing.Sample.Simulation;

namespace ModelServing.Sample;

/// <summary>
/// Turns transactions into events of the feature store, and into the rows of a training table. A payment becomes known a second after it
/// was made: its own prediction does not see it, neither in training nor in serving. A fraud becomes known after seven days.
/// </summary>
public static class SampleEvents
{
    private static readonly TimeSpan UntilKnown = TimeSpan.FromSeconds(1);

    /// <summary>A payment's event.</summary>
    public static SampleEvent Payment(Transaction transaction) => new(
        SampleFeatures.Payments,
        Id(transaction),
        transaction.Time,
        transaction.Time + UntilKnown,
        transaction.CustomerId,
        transaction.TerminalId,
        transaction.Cents);

    /// <summary>The event that a payment was a fraud. It has the payment's time, and is known later.</summary>
    public static SampleEvent Fraud(Transaction transaction) => new(
        SampleFeatures.Frauds,
        Id(transaction),
        transaction.Time,
        transaction.Time.AddDays(SampleFeatures.LabelDelayDays),
        transaction.CustomerId,
        transaction.TerminalId,
        null);

    /// <summary>All events of transactions, in the order in which they become known.</summary>
    public static IReadOnlyList<SampleEvent> From(IReadOnlyList<Transaction> transactions)
    {
        ArgumentNullException.ThrowIfNull(transactions);
        return [.. transactions.Select(Payment)
            .Concat(transactions.Where(static transaction => transaction.IsFraud).Select(Fraud))
            .OrderBy(static one => one.KnownTime)];
    }

    /// <summary>Writes events as JSON, one on each line: the file that <c>ms features ingest</c> posts.</summary>
    public static void WriteEvents(Stream stream, IEnumerable<SampleEvent> events)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(events);
        using var json = new Utf8JsonWriter(stream);
        foreach (var one in events)
        {
            one.Write(json);
            json.Flush();
            stream.WriteByte((byte)'\n');
            json.Reset();
        }
    }

    /// <summary>Writes transactions as CSV: the rows that <c>ms features export</c> joins with their features.</summary>
    public static void WriteRows(TextWriter writer, IEnumerable<Transaction> transactions)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(transactions);
        writer.Write("transaction_id,card_id,terminal_id,amount,time,is_fraud\n");
        foreach (var row in transactions)
        {
            writer.Write(string.Create(
                CultureInfo.InvariantCulture,
                $"{row.Id},{row.CustomerId},{row.TerminalId},{SampleForm.Amount(row.Cents)},{SampleForm.Text(row.Time)},"));
            writer.Write(row.IsFraud ? "true\n" : "false\n");
        }
    }

    private static string Id(Transaction transaction) => transaction.Id.ToString(CultureInfo.InvariantCulture);
}
