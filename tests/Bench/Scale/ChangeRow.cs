namespace ModelServing.Bench.Scale;

/// <summary>What one changed weight costs, in this process and without the polls in between.</summary>
/// <param name="Models">The number of models.</param>
/// <param name="ReadMicroseconds">The processor time of what happens without a change too, if the file is written again: two reads of the
/// plan's file and one of the endpoints' file, each compared with what is known.</param>
/// <param name="ChangeMicroseconds">The processor time of a changed weight, with these reads.</param>
/// <param name="ObjectMicroseconds">The processor time of taking the bytes from the ConfigMap's value, which a router in a cluster does in
/// place of reading a file. From 1 MiB on, they are compressed.</param>
/// <param name="Bytes">The memory that a changed weight takes from the heap.</param>
internal sealed record ChangeRow(int Models, double ReadMicroseconds, double ChangeMicroseconds, double ObjectMicroseconds, double Bytes)
{
    /// <summary>What a change costs beyond the reads.</summary>
    public double BeyondMicroseconds => ChangeMicroseconds - ReadMicroseconds;
}
