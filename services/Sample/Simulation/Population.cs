namespace ModelServing.Sample.Simulation;

/// <summary>A place on the map of 100 by 100.</summary>
/// <param name="X">Across, 0 to 100.</param>
/// <param name="Y">Up, 0 to 100.</param>
public readonly record struct Place(double X, double Y)
{
    internal static Place Draw(RandomStream random) => new(random.NextUniform(0, 100), random.NextUniform(0, 100));

    internal bool IsWithin(double radius, Place other)
    {
        var (dx, dy) = (X - other.X, Y - other.Y);
        return dx * dx + dy * dy < radius * radius;
    }
}

/// <summary>A card's holder and their habits.</summary>
/// <param name="Id">From 0.</param>
/// <param name="Home">Where they live.</param>
/// <param name="MeanAmount">Mean of their payments, 5 to 100.</param>
/// <param name="StandardDeviation">Standard deviation of their payments: half the mean.</param>
/// <param name="TransactionsPerDay">Mean number of their payments in a day, 0 to 4.</param>
/// <param name="Terminals">The terminals they reach.</param>
public sealed record Customer(
    int Id, Place Home, double MeanAmount, double StandardDeviation, double TransactionsPerDay, IReadOnlyList<int> Terminals);

/// <summary>Who pays where: drawn once, before the first day.</summary>
public sealed class Population
{
    private Population(IReadOnlyList<Customer> customers, IReadOnlyList<Place> terminals) => (Customers, Terminals) = (customers, terminals);

    /// <summary>The customers; their number is their place in this list.</summary>
    public IReadOnlyList<Customer> Customers { get; }

    /// <summary>The terminals; their number is their place in this list.</summary>
    public IReadOnlyList<Place> Terminals { get; }

    /// <summary>Draws the population of a world.</summary>
    public static Population Draw(SimulatorSettings settings)
    {
        var terminals = new Place[settings.Terminals];
        for (var id = 0; id < terminals.Length; id++)
            terminals[id] = Place.Draw(new RandomStream(settings.Seed, RandomPurpose.Terminal, id));

        var customers = new Customer[settings.Customers];
        for (var id = 0; id < customers.Length; id++)
        {
            var random = new RandomStream(settings.Seed, RandomPurpose.Customer, id);
            var home = Place.Draw(random);
            var meanAmount = random.NextUniform(5, 100);
            var perDay = random.NextUniform(0, 4);
            var reached = new List<int>();
            for (var terminal = 0; terminal < terminals.Length; terminal++)
            {
                if (home.IsWithin(settings.Radius, terminals[terminal]))
                    reached.Add(terminal);
            }

            customers[id] = new Customer(id, home, meanAmount, meanAmount / 2, perDay, reached);
        }

        return new Population(customers, terminals);
    }
}
