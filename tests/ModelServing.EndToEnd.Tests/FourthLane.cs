namespace ModelServing.EndToEnd.Tests;

/// <summary>The trait of end-to-end tests that <c>./dev test</c> runs beside the other ones, because both wait for a large part of their
/// time. <c>tests/Run.cs</c> has the lanes.</summary>
internal static class FourthLane
{
    internal const string Value = "Fourth";
}
