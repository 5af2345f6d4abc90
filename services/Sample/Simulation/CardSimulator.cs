namespace ModelServing.Sample.Simulation;

/// <summary>
/// Simulates payments by card with three kinds of fraud, after the transaction data simulator of Y.-A. Le Borgne, W. Siblini,
/// B. Lebichot and G. Bontempi, "Reproducible Machine Learning for Credit Card Fraud Detection - Practical Handbook", Universite Libre
/// de Bruxelles, 2022, chapter 3, https://fraud-detection-handbook.github.io/fraud-detection-handbook/. The method is theirs; the code
/// is not.
/// <list type="number">
/// <item>Customers and terminals get places on a map; a customer pays at terminals within a radius (<see cref="Population"/>).</item>
/// <item>Each day a customer makes a Poisson number of payments, at times around noon (standard deviation 20,000 s), of normal amounts
/// (a negative one is drawn again, uniform up to twice the mean), each at one of the terminals in reach.</item>
/// <item>Frauds are added (<see cref="FraudScenarios"/>).</item>
/// </list>
/// The same settings give the same transactions on every machine (<see cref="RandomStream"/>).
/// </summary>
public static class CardSimulator
{
    private const double MeanSecondOfDay = Transaction.SecondsPerDay / 2.0;
    private const double StandardDeviationOfSecond = 20_000;

    /// <summary>The first moment of day 0: a Sunday, the day the handbook's data begin with.</summary>
    public static DateTimeOffset Start { get; } = new(2018, 4, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The payments of all days, in the order of time.</summary>
    public static IReadOnlyList<Transaction> Run(SimulatorSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var transactions = new List<Transaction>(settings.Customers * settings.Days * 2);
        foreach (var customer in Population.Draw(settings).Customers)
            AddPayments(customer, settings, transactions);

        var ordered = InOrderOfTime(transactions);
        FraudScenarios.Apply(settings, ordered);
        return ordered;
    }

    private static void AddPayments(Customer customer, SimulatorSettings settings, List<Transaction> transactions)
    {
        // In the handbook, too, a customer out of everyone's reach never pays.
        if (customer.Terminals.Count == 0)
            return;

        var random = new RandomStream(settings.Seed, RandomPurpose.Transactions, customer.Id);
        var probabilityOfNone = RandomStream.PowerOfEToMinus(customer.TransactionsPerDay);
        for (var day = 0; day < settings.Days; day++)
        {
            var count = random.NextPoisson(customer.TransactionsPerDay, probabilityOfNone);
            for (var i = 0; i < count; i++)
            {
                var second = (int)random.NextNormal(MeanSecondOfDay, StandardDeviationOfSecond);
                var amount = random.NextNormal(customer.MeanAmount, customer.StandardDeviation);
                if (amount < 0)
                    amount = random.NextUniform(0, customer.MeanAmount * 2);
                var terminal = customer.Terminals[random.NextIndex(customer.Terminals.Count)];

                // The few that would fall on another day are not made.
                if (second is > 0 and < Transaction.SecondsPerDay)
                {
                    transactions.Add(new Transaction(
                        0, day * Transaction.SecondsPerDay + second, customer.Id, terminal, (int)Math.Round(amount * 100), FraudScenario.None));
                }
            }
        }
    }

    private static Transaction[] InOrderOfTime(List<Transaction> transactions)
    {
        // The place in the list decides between payments of one second, so that the order is total and the sort may be unstable.
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
