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
