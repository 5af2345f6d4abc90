using ModelServing.Sample.Simulation;

namespace ModelServing.Sample;

/// <summary>
/// The fifteen features that both fraud models use, computed from transactions in the order of time. They are the handbook's (chapter 3,
/// "Baseline feature transformation"; see <see cref="CardSimulator"/>): a customer's spending over windows that end with the transaction
/// itself, and a terminal's risk over windows that end seven days earlier, because frauds are known only after seven days. A row depends on
/// nothing later than its transaction. Sums are of whole cents, so every way to compute a row gives the same result.
/// </summary>
public sealed class WindowFeatures
{
    /// <summary>The amount, in units of the currency.</summary>
    public const string Amount = "amount";

    /// <summary>1 if the hour is 0 to 6 UTC, otherwise 0.</summary>
    public const string IsNight = "is_night";

    /// <summary>1 on a Saturday or Sunday UTC, otherwise 0.</summary>
    public const string IsWeekend = "is_weekend";

    /// <summary>The number of the customer's transactions in the last day, including this one.</summary>
    public const string CustomerCount1Day = "customer_count_1d";

    /// <summary>The number of the customer's transactions in the last 7 days, including this one.</summary>
    public const string CustomerCount7Days = "customer_count_7d";

    /// <summary>The number of the customer's transactions in the last 30 days, including this one.</summary>
    public const string CustomerCount30Days = "customer_count_30d";

    /// <summary>The mean amount of the customer's transactions in the last day, including this one, in units of the currency.</summary>
    public const string CustomerMeanAmount1Day = "customer_mean_amount_1d";

    /// <summary>The mean amount of the customer's transactions in the last 7 days, including this one, in units of the currency.</summary>
    public const string CustomerMeanAmount7Days = "customer_mean_amount_7d";

    /// <summary>The mean amount of the customer's transactions in the last 30 days, including this one, in units of the currency.</summary>
    public const string CustomerMeanAmount30Days = "customer_mean_amount_30d";

    /// <summary>The number of the terminal's transactions in the day that ended 7 days ago.</summary>
    public const string TerminalCount1Day = "terminal_count_1d";

    /// <summary>The number of the terminal's transactions in the 7 days that ended 7 days ago.</summary>
    public const string TerminalCount7Days = "terminal_count_7d";

    /// <summary>The number of the terminal's transactions in the 30 days that ended 7 days ago.</summary>
    public const string TerminalCount30Days = "terminal_count_30d";

    /// <summary>The share of frauds among the terminal's transactions in the day that ended 7 days ago, 0 to 1; 0 if there were
    /// none.</summary>
    public const string TerminalRisk1Day = "terminal_risk_1d";

    /// <summary>The share of frauds among the terminal's transactions in the 7 days that ended 7 days ago, 0 to 1; 0 if there were
    /// none.</summary>
    public const string TerminalRisk7Days = "terminal_risk_7d";

    /// <summary>The share of frauds among the terminal's transactions in the 30 days that ended 7 days ago, 0 to 1; 0 if there were
    /// none.</summary>
    public const string TerminalRisk30Days = "terminal_risk_30d";

    /// <summary>The number of days until it is known whether a transaction was a fraud.</summary>
    public const int LabelDelayDays = 7;

    /// <summary>The number of features in a row.</summary>
    public const int Count = 15;

    private static readonly int[] WindowDays = [1, 7, 30];

    private readonly Dictionary<int, History> customers = [];
    private readonly Dictionary<int, History> terminals = [];
    private int lastSecond = int.MinValue;

    /// <summary>The features' names, in the order of a row.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        Amount, IsNight, IsWeekend,
        CustomerCount1Day, CustomerCount7Days, CustomerCount30Days,
        CustomerMeanAmount1Day, CustomerMeanAmount7Days, CustomerMeanAmount30Days,
        TerminalCount1Day, TerminalCount7Days, TerminalCount30Days,
        TerminalRisk1Day, TerminalRisk7Days, TerminalRisk30Days,
    ];

    /// <summary>Adds the next transaction and writes its row.</summary>
    /// <param name="transaction">The transaction, which must not be earlier than the previous one.</param>
    /// <param name="row">Receives <see cref="Count"/> features in the order of <see cref="Names"/>.</param>
    /// <exception cref="ArgumentException"><paramref name="transaction"/> is earlier than the previous one.</exception>
    public void Next(Transaction transaction, Span<float> row)
    {
        if (transaction.Second < lastSecond)
        {
            throw new ArgumentException(
                $"transaction {transaction.Id} is at second {transaction.Second}, before {lastSecond}", nameof(transaction));
        }

        lastSecond = transaction.Second;

        var time = transaction.Time;
        row[0] = (float)(transaction.Cents / 100.0);
        row[1] = time.Hour <= 6 ? 1 : 0;
        row[2] = time.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday ? 1 : 0;

        var customer = HistoryOf(customers, transaction.CustomerId);
        customer.Add(transaction.Second, transaction.Cents);
        var terminal = HistoryOf(terminals, transaction.TerminalId);
        for (var window = 0; window < WindowDays.Length; window++)
        {
            var (count, cents) = customer.Over(window, transaction.Second);
            row[3 + window] = count;
            row[6 + window] = (float)(cents / (100.0 * count));

            var (known, frauds) = terminal.Over(window, transaction.Second - LabelDelayDays * Transaction.SecondsPerDay);
            row[9 + window] = known;
            row[12 + window] = known == 0 ? 0 : (float)(frauds / (double)known);
        }

        // The label is recorded now, but it is not read for seven days.
        terminal.Add(transaction.Second, transaction.IsFraud ? 1 : 0);
    }

    private static History HistoryOf(Dictionary<int, History> histories, int id)
    {
        if (!histories.TryGetValue(id, out var history))
            histories.Add(id, history = new History());
        return history;
    }

    /// <summary>
    /// The recorded values of one customer or terminal. Queries also come in the order of time, so both ends of each window only move
    /// forward, and a row takes a constant number of steps on average.
    /// </summary>
    private sealed class History
    {
        private readonly List<int> seconds = [];
        private readonly List<long> totals = [0];
        private readonly int[] starts = new int[WindowDays.Length];
        private int end;

        internal void Add(int second, int value)
        {
            seconds.Add(second);
            totals.Add(totals[^1] + value);
        }

        /// <summary>The count and sum of the values in the window that ends at <paramref name="upTo"/>, inclusive, and excludes its
        /// beginning.</summary>
        internal (int Count, long Sum) Over(int window, int upTo)
        {
            while (end < seconds.Count && seconds[end] <= upTo)
                end++;
            var after = upTo - WindowDays[window] * Transaction.SecondsPerDay;
            ref var start = ref starts[window];
            while (start < end && seconds[start] <= after)
                start++;
            return (end - start, totals[end] - totals[start]);
        }
    }
}
