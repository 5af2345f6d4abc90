namespace ModelServing.TestKit;

/// <summary>The trait of tests that <c>./dev test</c> runs beside all others: they mostly wait, or change global state of their process and
/// so run one after another. <c>tests/Run.cs</c> has the lanes.</summary>
public static class ThirdLane
{
    public const string Trait = "Lane";
    public const string Value = "Third";
}
