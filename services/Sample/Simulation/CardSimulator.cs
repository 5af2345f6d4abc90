namespace ModelServing.Sample.Simulation;

/// <summary>
/// Simulates card payments with three kinds of fraud, after the transaction data simulator of Y.-A. Le Borgne, W. Siblini,
/// B. Lebichot and G. Bontempi, "Reproducible Machine Learning for Credit Card Fraud Detection - Practical Handbook", Universite Libre
/// de Bruxelles, 2022, chapter 3, https://fraud-detection-handbook.github.io/fraud-detection-handbook/. The method is theirs; the code
/// is our own.
/// <list type="number">
/// <item>Customers and terminals get locations on a map. A customer pays at terminals within a radius (<see cref="Population"/>).</item>
/// <item>Each day, a customer makes a Poisson-distributed number of payments, each at one of the terminals in reach. Times are normally
/// distributed around noon (standard deviation 20,000 s), and so are amounts (a negative one is drawn again, uniformly up to twice the
/// mean).</item>
/// <item>Frauds are added (<see cref="FraudScenarios"/>).</item>
/// </list>
/// The same settings give the same transactions on every machine (<see cref="RandomStream"/>).
/// </summary>
public static class CardSimulator
{
    private const double MeanSecondOfDay = Transaction.SecondsPerDay / 2.0;
    private const double StandardDeviationOfSecond = 20_000;

    /// <summary>The start of day 0: a Sunday, on which the handbook's data also begin.</summary>
    public static DateTimeOffset Start { get; } = new(2018, 4, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Simulates the payments of all days, ordered by time.</summary>
    public static IReadOnlyList<Transaction> Run(SimulatorSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var transactions = new List<Transaction>(settings.Customers * settings.Days * 2);
        foreach (var customer in Population.Draw(settings).Customers)
            AddPayments(customer, settings, transactions);

        var ordered = OrderByTime(transactions);
        FraudScenarios.Apply(settings, ordered);
        return ordered;
    }

    private static void AddPayments(Customer customer, SimulatorSettings settings, List<Transaction> transactions)
    {
        // A customer without a terminal in reach never pays; so it is in the handbook.
        if (customer.Terminals.Count == 0)
            return;

        var random = new RandomStream(settings.Seed, RandomPurpose.Transactions, customer.Id);
        var probabilityOfZero = RandomStream.PowerOfEToMinus(customer.TransactionsPerDay);
        for (var day = 0; day < settings.Days; day++)
        {
            var count = random.NextPoisson(customer.TransactionsPerDay, probabilityOfZero);
            for (var i = 0; i < count; i++)
            {
                var second = (int)random.NextNormal(MeanSecondOfDay, StandardDeviationOfSecond);
                var amount = random.NextNormal(customer.MeanAmount, customer.StandardDeviation);
                if (amount < 0)
                    amount = random.NextUniform(0, customer.MeanAmount * 2);
                var terminal = customer.Terminals[random.NextIndex(customer.Terminals.Count)];

                // The few payments that would fall on another day are left out.
                if (second is > 0 and < Transaction.SecondsPerDay)
                {
                    transactions.Add(new Transaction(
                        0,
                        day * Transaction.SecondsPerDay + second,
                        customer.Id,
                        terminal,
                        (int)Math.Round(amount * 100),
                        FraudScenario.None));
                }
            }
        }
    }

    private static Transaction[] OrderByTime(List<Transaction> transactions)
    {
        // The index in the list breaks ties within a second. So the order is total, and the sort need not be stable.
        var keys = new long[transactions.Count];
        for (var i = 0; i < keys.Length; i++)
            keys[i] = ((long)transactions[i].Second << 32) | (uint)i;
        Array.Sort(keys);

        var ordered = new Transaction[keys.Length];
        for (var i = 0; i < keys.Length; i++)
            ordered[i] = transactions[(int)(uint)keys[i]] with { Id = i };
        return ordered;
    }
}
