namespace ModelServing.TestKit;

/// <summary>The trait of the services' tests that <c>./dev test</c> runs in its third lane, which <c>tests/Run.cs</c> has: they mostly
/// wait, or change global state of their process and so run one after another.</summary>
public static class ThirdLane
{
    public const string Trait = "Lane";
    public const string Value = "Third";
}
