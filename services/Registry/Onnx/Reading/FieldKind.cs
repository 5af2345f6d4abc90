namespace ModelServing.Registry.Onnx.Reading;

/// <summary>What a field of a message holds, and whether it may be given once or any number of times.</summary>
internal enum FieldKind
{
    /// <summary>Nothing that anybody here asks for: it is passed over.</summary>
    Unknown,

    /// <summary>One whole number.</summary>
    Number,

    /// <summary>Whole numbers, one by one or packed.</summary>
    Numbers,

    /// <summary>Whole numbers of which only the count is asked for.</summary>
    CountedNumbers,

    /// <summary>Values of four bytes of which only the count is asked for.</summary>
    Fixed32,

    /// <summary>Values of eight bytes of which only the count is asked for.</summary>
    Fixed64,

    /// <summary>One name.</summary>
    Name,

    /// <summary>Bytes, once, of which only the length is asked for.</summary>
    Data,

    /// <summary>Bytes, any number of times, of which only the lengths are asked for.</summary>
    DataList,

    /// <summary>One message.</summary>
    Message,

    /// <summary>Messages.</summary>
    Messages,
}
