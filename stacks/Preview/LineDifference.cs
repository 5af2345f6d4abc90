namespace ModelServing.Stacks.Preview;

/// <summary>Finds the smallest number of lines in which two texts differ.</summary>
internal static class LineDifference
{
    /// <summary>The removed lines (-) and the added lines (+), in order, without the lines in both.</summary>
    internal static IEnumerable<(char Sign, string Text)> Between(string[] left, string[] right)
    {
        // common[i, j]: how many lines left[i..] and right[j..] have in common.
        var common = new int[left.Length + 1, right.Length + 1];
        for (var i = left.Length - 1; i >= 0; i--)
        {
            for (var j = right.Length - 1; j >= 0; j--)
                common[i, j] = left[i] == right[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
        }

        for (int i = 0, j = 0; i < left.Length || j < right.Length;)
        {
            if (i < left.Length && j < right.Length && left[i] == right[j])
                (i, j) = (i + 1, j + 1);
            else if (i < left.Length && (j == right.Length || common[i + 1, j] >= common[i, j + 1]))
                yield return ('-', left[i++]);
            else
                yield return ('+', right[j++]);
        }
    }
}
