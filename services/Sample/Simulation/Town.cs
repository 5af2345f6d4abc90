namespace ModelServing.Sample.Simulation;

/// <summary>A location on the map of 100 by 100.</summary>
/// <param name="X">The horizontal position, 0 to 100.</param>
/// <param name="Y">The vertical position, 0 to 100.</param>
public readonly record struct Town(double X, double Y)
{
    internal static Town Draw(RandomStream random) => new(random.NextUniform(0, 100), random.NextUniform(0, 100));

    internal bool IsWithin(double radius, Town other)
    {
        var (dx, dy) = (X - other.X, Y - other.Y);
        return dx * dx + dy * dy < radius * radius;
    }
}
