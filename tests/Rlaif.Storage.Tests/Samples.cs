using System.Reflection;
using Rlaif.Contracts;

namespace Rlaif.Storage.Tests;

/// <summary>Values of any contract type, made from its shape: every member set, or only those that must be.</summary>
internal sealed class Samples(bool full)
{
    private readonly NullabilityInfoContext nullability = new();
    private int made;

    public object Of(Type type)
    {
        made++;
        return type switch
        {
            _ when type == typeof(string) => $"text {made} \"\\\n\u2028</é\ud83d\ude00\0",
            _ when type == typeof(Guid) => RlaifId.Of("sample", made),
            _ when type == typeof(bool) => true,
            _ when type == typeof(int) => made,
            _ when type == typeof(ulong) => ulong.MaxValue - (ulong)made,
            _ when type == typeof(double) => 0.1 + made,
            _ when type == typeof(DateTimeOffset) => Rows.At.AddMicroseconds(made),
            _ when type.IsEnum => type.GetEnumValues().GetValue(made % type.GetEnumValues().Length)!,
            _ when Nullable.GetUnderlyingType(type) is { } value => Of(value),
            _ when type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) => List(type.GetGenericArguments()[0]),
            _ when type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>) => Dictionary(type.GetGenericArguments()[1]),
            _ => Record(type),
        };
    }

    private object Record(Type type)
    {
        var constructor = type.GetConstructors().MaxBy(one => one.GetParameters().Length)!;
        var record = constructor.Invoke([.. constructor.GetParameters().Select(parameter =>
            IsLeftOut(nullability.Create(parameter), parameter.ParameterType) ? null : Of(parameter.ParameterType))]);
        var names = constructor.GetParameters().Select(parameter => parameter.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var property in type.GetProperties().Where(property => property.SetMethod is not null && !names.Contains(property.Name)))
        {
            property.SetValue(record, IsLeftOut(nullability.Create(property), property.PropertyType) ? null : Of(property.PropertyType));
        }

        return record;
    }

    private bool IsLeftOut(NullabilityInfo info, Type type) => !full && (info.ReadState == NullabilityState.Nullable || Nullable.GetUnderlyingType(type) is not null);

    private Array List(Type element)
    {
        var list = Array.CreateInstance(element, full ? 2 : 0);
        for (var i = 0; i < list.Length; i++)
        {
            list.SetValue(Of(element), i);
        }

        return list;
    }

    private System.Collections.IDictionary Dictionary(Type value)
    {
        var dictionary = (System.Collections.IDictionary)Activator.CreateInstance(typeof(Dictionary<,>).MakeGenericType(typeof(string), value))!;
        for (var i = 0; full && i < 2; i++)
        {
            dictionary[$"key {made}"] = Of(value);
        }

        return dictionary;
    }
}
