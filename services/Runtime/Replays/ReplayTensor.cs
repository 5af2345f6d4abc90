namespace ModelServing.Runtime.Replays;

/// <summary>A tensor on its way to a model that replays requests, or back.</summary>
/// <param name="Datatype">The Open Inference Protocol's name of the data type.</param>
/// <param name="Shape">Its dimensions.</param>
/// <param name="Data">The elements as a prediction record has them: in row-major order, little-endian, one byte for a BOOL; an element of
/// BYTES follows its length, which has four bytes.</param>
public sealed record ReplayTensor(string Name, string Datatype, IReadOnlyList<long> Shape, ReadOnlyMemory<byte> Data);
