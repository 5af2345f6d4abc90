namespace ModelServing.Inference.Protocol;

/// <summary>Whose parameters they are.</summary>
internal enum ParameterPlace
{
    Request,
    Input,
    Output,
}
