namespace ModelServing.Runtime.FirstRuns;

/// <summary>The elements of a made-up tensor.</summary>
internal enum MadeUp
{
    Zero,
    MinusOne,
    Lowest,
    Highest,
}
